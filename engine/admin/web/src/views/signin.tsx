import { useSignal } from "@preact/signals";
import type { ComponentChildren, TargetedSubmitEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { changePassword, signIn, signOut } from "../lib/api";
import { t } from "../lib/i18n";
import { lang } from "../lib/prefs";
import { why } from "../ui/bits";

function Sheet(p: {
  title: string;
  send: (form: FormData) => Promise<string | undefined>;
  children: ComponentChildren;
  action: string;
}) {
  const failed = useSignal("");
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  const submit = async (e: TargetedSubmitEvent<HTMLFormElement>) => {
    e.preventDefault();
    const form = new FormData(e.currentTarget);
    busy.value = true;
    try {
      failed.value = (await p.send(form)) ?? "";
    } catch (err) {
      failed.value = why(err);
    }
    busy.value = false;
  };
  return (
    <main class="centre">
      <form ref={form} class="card sheet" onSubmit={submit}>
        <h1>liveroom</h1>
        <h2>{p.title}</h2>
        {p.children}
        {failed.value && (
          <p class="error" role="alert">
            {failed.value}
          </p>
        )}
        <div class="row">
          <button type="submit" class="primary" disabled={busy.value}>
            {p.action}
          </button>
          <button type="button" onClick={() => (lang.value = lang.value === "zh" ? "en" : "zh")}>
            {t("language")}
          </button>
        </div>
      </form>
    </main>
  );
}

export function SignIn() {
  return (
    <Sheet
      title={t("signIn")}
      action={t("signIn")}
      send={async (f) => {
        await signIn(String(f.get("name")), String(f.get("password")));
        return undefined;
      }}
    >
      <label>
        {t("name")}
        <input name="name" autocomplete="username" required />
      </label>
      <label>
        {t("password")}
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
    </Sheet>
  );
}

/** PasswordForm is for an account whose password is a one-time one. */
export function PasswordForm() {
  return (
    <Sheet
      title={t("mustChange")}
      action={t("save")}
      send={async (f) => {
        if (f.get("new") !== f.get("again")) return t("notEqual");
        await changePassword(String(f.get("old")), String(f.get("new")));
        return undefined;
      }}
    >
      <label>
        {t("oldPassword")}
        <input name="old" type="password" autocomplete="current-password" required />
      </label>
      <label>
        {t("newPassword")}
        <input name="new" type="password" autocomplete="new-password" required />
      </label>
      <label>
        {t("newAgain")}
        <input name="again" type="password" autocomplete="new-password" required />
      </label>
      <button type="button" class="link" onClick={() => void signOut()}>
        {t("signOut")}
      </button>
    </Sheet>
  );
}
