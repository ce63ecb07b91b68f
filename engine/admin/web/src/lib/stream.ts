import { effect, type Signal, signal, untracked } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { begin, may, me } from "./api";
import { delay } from "./backoff";
import type { LineFilter } from "./linefilter";
import { apply, type Json } from "./patch";
import type { Line } from "./types";

/** Whether what the stream brings is of now; without, everything on the page is old. */
export const fresh = signal(true);

/** onBack calls back whenever the stream is there again after it was lost, until what it returns is called. */
export function onBack(back: () => void): () => void {
  let was = fresh.peek();
  return effect(() => {
    const is = fresh.value;
    if (is && !was) untracked(back);
    was = is;
  });
}

/** Shown is one view: what it shows, or why it shows nothing. */
export interface Shown<T> {
  value?: T;
  error?: string;
  /** When the engine told it, Unix milliseconds. */
  at: number;
  /** Why value is of then, and could not be brought up to date. */
  failed?: string;
}

interface View {
  view: string;
  args: unknown;
  take(m: Message): void;
}

interface Message {
  id?: string;
  at: number;
  full?: Json;
  diff?: Json;
  lines?: Line[];
  lost?: number;
  error?: string;
}

const quietFor = 6000; // the engine says something every two seconds; after this the stream counts as lost
const closeSignIn = 4401;

/** The one stream of the page. It is open while a view wants it, and comes back by itself. */
class Stream {
  private socket: WebSocket | null = null;
  private views = new Map<string, View>();
  private holders = 0;
  private next = 0;
  private tries = 0;
  private timer: number | undefined;
  private heard = 0;

  open(v: View): () => void {
    this.next++;
    const id = `v${this.next}`;
    this.views.set(id, v);
    this.say({ open: id, view: v.view, args: v.args });
    this.connect();
    return () => {
      this.views.delete(id);
      this.say({ close: id });
      if (this.unused()) this.end();
    };
  }

  /** hold keeps the stream open though it shows nothing: it tells whether the engine is there. */
  hold(): () => void {
    this.holders++;
    if (may("room.read")) this.connect(); // who may not open the stream is told by his questions alone
    return () => {
      this.holders--;
      if (this.unused()) this.end();
    };
  }

  private unused(): boolean {
    return this.views.size === 0 && this.holders === 0;
  }

  private say(command: unknown): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(command));
  }

  private connect(): void {
    if (this.socket || this.timer !== undefined || !me.value) return;
    const url = new URL("/v1/stream", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    this.socket = socket;
    this.heard = Date.now();
    const watchdog = window.setInterval(() => {
      if (Date.now() - this.heard <= quietFor) return;
      lost(0); // an engine that stands still does not answer a close either: what is known is told now
      socket.close();
    }, 1000);
    const lost = (code: number) => {
      window.clearInterval(watchdog);
      if (this.socket !== socket) return;
      this.socket = null;
      if (this.unused()) return;
      fresh.value = false;
      if (code === closeSignIn) me.value = null;
      else this.again();
    };
    socket.onopen = () => {
      this.heard = Date.now();
      for (const [id, v] of this.views) this.say({ open: id, view: v.view, args: v.args });
    };
    socket.onmessage = ({ data }) => {
      if (this.socket !== socket) return;
      this.heard = Date.now();
      this.tries = 0;
      fresh.value = true;
      const m = JSON.parse(String(data)) as Message;
      if (m.id) this.views.get(m.id)?.take(m);
    };
    socket.onclose = ({ code }) => lost(code);
  }

  /** again comes back after a while; a try that fails because nobody is signed in any more brings that to light. */
  private again(): void {
    this.timer = window.setTimeout(
      async () => {
        this.timer = undefined;
        if (this.tries > 1) await begin();
        this.connect();
      },
      delay(this.tries++),
    );
  }

  private end(): void {
    window.clearTimeout(this.timer);
    this.timer = undefined;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    fresh.value = true;
  }
}

const stream = new Stream();

/** hold has the page notice when the engine goes away, for views that ask rather than follow. */
export const hold = (): (() => void) => stream.hold();

/** follow opens a view and keeps what it shows up to date in a signal. */
export function follow<T>(view: string, args: unknown, into: Signal<Shown<T>>): () => void {
  let whole: Json | undefined;
  return stream.open({
    view,
    args,
    take(m) {
      if (m.error !== undefined) {
        into.value = { error: m.error, at: m.at };
        return;
      }
      if (m.full !== undefined) whole = m.full;
      else if (m.diff !== undefined) whole = apply(whole, m.diff);
      else return;
      into.value = { value: whole as T, at: m.at };
    },
  });
}

/** useView follows a view while the component is on the page. */
export function useView<T>(view: string, args: unknown, into: Signal<Shown<T>>): void {
  const key = JSON.stringify(args);
  useEffect(() => follow<T>(view, JSON.parse(key), into), [view, key, into]);
}

/**
 * useLines takes the lines of a room, or of one user there, that the engine lets through a filter, while the component is on
 * the page. After the stream was lost it takes none, to say that some may have been missed.
 */
export function useLines(
  room: string,
  of: LineFilter & { user?: string },
  take: (lines: Line[], lost: number) => void,
  failed: (why: string) => void,
): void {
  const key = JSON.stringify(of);
  useEffect(() => {
    const close = stream.open({
      view: "lines",
      args: { room, ...(JSON.parse(key) as object) },
      take(m) {
        if (m.error !== undefined) failed(m.error);
        else if (m.lines) take(m.lines, m.lost ?? 0);
      },
    });
    const end = onBack(() => take([], 0));
    return () => {
      end();
      close();
    };
  }, [room, key]);
}
