import { signal } from "@preact/signals";
import { learn, t } from "./i18n";
import type { Me } from "./types";

/** Who is signed in: null for nobody, undefined while that is being asked. */
export const me = signal<Me | null | undefined>(undefined);

/** Failure is what the engine answered instead of what was asked. */
export class Failure extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** may tells whether who is signed in may do something. */
export function may(act: string): boolean {
  return me.value?.acts.includes(act) ?? false;
}

/**
 * call asks the engine. An answer that nobody is signed in brings the page back to signing in. What nobody has asked for but
 * the clock is not attended, so that a page left open does not keep its session alive.
 */
export async function call<T>(method: string, path: string, body?: unknown, attended = true): Promise<T> {
  const headers: Record<string, string> = {};
  if (!attended) headers["X-Unattended"] = "1";
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && me.value?.csrf) headers["X-CSRF-Token"] = me.value.csrf;
  let got: Response;
  try {
    got = await fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Failure(0, t("unreachable"));
  }
  const text = await got.text();
  if (got.ok) return (text === "" ? undefined : JSON.parse(text)) as T;
  if (got.status === 401 && path !== "/v1/session") me.value = null;
  const reason = reasonOf(text) || got.statusText;
  throw new Failure(got.status, got.status === 403 ? `${t("notAllowed")} (${reason})` : reason);
}

/** reasonOf reads why out of {"error"} or of a problem of RFC 9457. */
export function reasonOf(text: string): string {
  try {
    const o = JSON.parse(text) as {
      error?: string;
      refused?: string;
      detail?: string;
      errors?: { message?: string }[];
    };
    return o.error ?? o.refused ?? [o.detail, ...(o.errors ?? []).map((e) => e.message)].filter(Boolean).join(": ");
  } catch {
    return text.slice(0, 300);
  }
}

/** userPath is where the API has a user of a room; without user it is the room. */
export function userPath(room: string, user?: string): string {
  const base = `/v1/rooms/${encodeURIComponent(room)}`;
  return user ? `${base}/users/${encodeURIComponent(user)}` : base;
}

async function entered(who: Me): Promise<void> {
  if (!who.must_change)
    learn((await call<{ intents: { key: string; title: string }[] }>("GET", "/v1/taxonomy")).intents);
  me.value = who;
}

/** begin asks who is signed in. Whoever is stays so while the engine is away or cannot tell. */
export async function begin(): Promise<void> {
  try {
    await entered(await call<Me>("GET", "/v1/me"));
  } catch (e) {
    if (!me.value || (e instanceof Failure && e.status === 401)) me.value = null;
  }
}

export async function signIn(name: string, password: string): Promise<void> {
  await entered(await call<Me>("POST", "/v1/session", { name, password }));
}

export async function changePassword(old: string, next: string): Promise<void> {
  await entered(await call<Me>("PUT", "/v1/me/password", { old, new: next }));
}

export async function signOut(): Promise<void> {
  try {
    await call("DELETE", "/v1/session");
  } finally {
    me.value = null;
  }
}
