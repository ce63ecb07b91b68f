import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Node } from "./node";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../../..");

/** Crowd is bin/roomload talking to a node, as an audience would. */
export class Crowd {
  private said = "";
  private readonly ended: Promise<void>;

  private constructor(private readonly child: ChildProcess) {
    this.ended = new Promise((done) => child.once("exit", () => done()));
    for (const out of [child.stdout, child.stderr])
      out?.on("data", (b) => {
        this.said = (this.said + String(b)).slice(-4000);
      });
  }

  /** open starts a scenario against a node. */
  static open(node: Node, scenario: string, ...args: string[]): Crowd {
    const ready = join(node.data, "ready.json");
    writeFileSync(ready, `${JSON.stringify(node)}\n`);
    const program = process.env.ROOMLOAD ?? join(root, "bin", "roomload");
    const all = ["run", scenario, "--ready", ready, ...args];
    return new Crowd(spawn(program, all, { stdio: ["ignore", "pipe", "pipe"] }));
  }

  /** gone tells what the crowd said when it has ended before its time, and "" while it talks. */
  gone(): string {
    return this.child.exitCode === null ? "" : this.said || "it ended without a word";
  }

  /** close sends the crowd away. */
  async close(): Promise<void> {
    this.child.kill("SIGTERM");
    await this.ended;
  }
}
