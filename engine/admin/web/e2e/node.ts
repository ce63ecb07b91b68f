import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../../..");

/** A running engine with the demo shop, on temporary data. */
export interface Node {
  admin: string;
  tcp: string;
  data: string;
  tokens: Record<string, string>;
  password: string;
  stop(): Promise<void>;
  /** pause has the engine stand still, with every link open, until resume. */
  pause(): void;
  resume(): void;
}

/** patient settings let a busy machine answer late rather than shed, and a room say more than it would to people. */
const patient = ["actors.budget=20s", "actors.shed_after=20s", "actors.room.public_per_minute=6000"].flatMap((s) => [
  "--set",
  s,
]);

/** firstStart tells whether an engine started so has nothing yet, and will tell a one-time password. */
function firstStart(args: string[]): boolean {
  const data = args[args.indexOf("--data") + 1];
  return !args.includes("--data") || !data || !existsSync(data) || readdirSync(data).length === 0;
}

/** start starts bin/liveroom, or what LIVEROOM names, with patience, and returns once it serves. */
export async function start(...args: string[]): Promise<Node> {
  const first = firstStart(args);
  const program = process.env.LIVEROOM ?? join(root, "bin", "liveroom");
  const { LIVEROOM_STRICT: _, ...env } = process.env; // for the tests; the engine takes such a name for one of its keys
  const child: ChildProcess = spawn(program, ["demo", "--headless", ...patient, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env,
  });
  let out = "";
  let err = "";
  let password = "";
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const info = await new Promise<Pick<Node, "admin" | "tcp" | "data" | "tokens">>((done, failed) => {
    child.once("error", failed);
    child.once("exit", (code) => failed(new Error(`${program} ended with ${code}: ${err}`)));
    // The two come over two pipes, each in pieces, and the one that was written first may be read last.
    const look = () => {
      password ||= /as admin with (\S+),/.exec(err)?.[1] ?? "";
      const end = out.indexOf("\n");
      if (end >= 0 && (password || !first)) done(JSON.parse(out.slice(0, end)));
    };
    child.stderr?.on("data", (b) => {
      err += String(b);
      look();
    });
    child.stdout?.on("data", (b) => {
      out += String(b);
      look();
    });
  });
  return {
    ...info,
    password,
    stop: () => {
      child.kill("SIGCONT");
      child.kill("SIGTERM");
      return ended;
    },
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
  };
}

/** Told is a frame of the engine. */
export type Told = Record<string, unknown> & { type: string };

/** guest is the user whom the demo's token of a viewer names. */
export const guest = "guest";

/** Talker is a link: of ingest, which says what viewers write and hears what they are told, or of one viewer. */
export class Talker {
  private buffer = Buffer.alloc(0);
  private waiting: { want: (t: Told) => boolean; done: (t: Told) => void }[] = [];
  private n = 0;
  private readonly run = Math.random().toString(36).slice(2);

  private constructor(private readonly socket: Socket) {}

  static async open(node: Node, role: "ingest" | "viewer" = "ingest"): Promise<Talker> {
    const [host, port] = node.tcp.split(":");
    const socket = connect(Number(port), host);
    const talker = new Talker(socket);
    socket.on("data", (b) => talker.take(b));
    socket.on("error", () => undefined); // an engine that goes may tear a link off; what a test still waits for does not come
    const welcome = talker.hear((t) => t.type === "welcome");
    talker.send({ type: "hello", v: 1, role, token: node.tokens[role], outcomes: true });
    await welcome;
    return talker;
  }

  private take(b: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, b]);
    while (this.buffer.length >= 4) {
      const size = this.buffer.readUInt32BE();
      if (this.buffer.length < 4 + size) return;
      const parsed = JSON.parse(this.buffer.subarray(4, 4 + size).toString()) as Told | Told[];
      this.buffer = this.buffer.subarray(4 + size);
      for (const told of Array.isArray(parsed) ? parsed : [parsed]) {
        if (told.type === "ping") this.send({ type: "pong" });
        const hit = this.waiting.find((w) => w.want(told));
        if (hit) {
          this.waiting = this.waiting.filter((w) => w !== hit);
          hit.done(told);
        }
      }
    }
  }

  send(frame: object): void {
    const body = Buffer.from(JSON.stringify(frame));
    const size = Buffer.alloc(4);
    size.writeUInt32BE(body.length);
    this.socket.write(Buffer.concat([size, body]));
  }

  /** hear waits for a frame. */
  hear(want: (t: Told) => boolean): Promise<Told> {
    return new Promise((done) => this.waiting.push({ want, done }));
  }

  /** say sends a comment or a message, and returns its id. */
  say(type: "comment" | "message", user: string, text: string, room = "demo"): string {
    const id = `${this.run}-${++this.n}`;
    this.send({ type, id, room, user, name: user, text, at: Date.now() });
    return id;
  }

  /** answer waits for what becomes of a message: its reply, its outcome or an error. */
  answer(id: string): Promise<Told> {
    return this.hear((t) => t.to === id && t.type !== "ack");
  }

  close(): void {
    this.socket.destroy();
  }
}
