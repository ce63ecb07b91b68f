import type { Talker } from "./node";

// A show as it might be: what viewers of the demo shop write, and how its figures move.

const people = [
  ["小美", "阿强", "大伟", "糖糖", "橙子妈妈", "老王", "圆圆", "西瓜太郎", "Lily", "安静", "晓晓", "二丫"],
  ["豆豆爸", "海边的风", "一只猫", "南方姑娘", "阿琳", "小鹿", "星星", "桃子", "Kevin", "青柠", "木木", "北北"],
].flat();

/** What is asked; N is a link's number, and W a weight, so that not everything is in the cache. */
const asked = [
  "N号链接还剩多少件",
  "N号链接多少钱",
  "N号链接有什么颜色",
  "包邮吗",
  "今天能发货吗",
  "发什么快递",
  "W斤穿什么码",
  "N号有优惠券吗",
  "支持七天无理由吗",
  "N号链接是什么材质",
  "N号质量怎么样",
  "怎么下单",
  "我要退货",
  "什么时候上新款",
];

const chatted = [
  "主播今天真好看",
  "666",
  "哈哈哈哈",
  "已拍",
  "来了来了",
  "衣服真不错，喜欢",
  "等了好久，气死我了",
  "太慢了吧",
  "支持主播",
];

const pieces = [
  ["DEMO-3", "DEMO-1", "DEMO-1-L-BLACK", "DEMO-1-XL-BLUE", "DEMO-2", "DEMO-2-M-BLACK", "DEMO-2-L-BLUE", "DEMO-4"],
  ["DEMO-4-FULL-TEA", "DEMO-5", "DEMO-5-256-BLACK", "DEMO-6", "DEMO-6-40-GREY", "DEMO-6-42-GREY"],
].flat();

const ends = ["", "呀", "？", "呢亲", "，主播", "，在线等", "～", "，急"];

/** Show is an audience that talks until it is closed. */
export class Show {
  private n = 0;
  private readonly timer: NodeJS.Timeout;

  /** A show says so many lines a second, each by the next of its people. */
  constructor(
    private readonly talker: Talker,
    perSecond: number,
  ) {
    this.figures();
    this.timer = setInterval(() => this.one(), 1000 / perSecond);
  }

  private figures(): void {
    const at = Date.now();
    const t = this.talker;
    t.send({ type: "counts", room: "demo", viewers: 12_480 + ((this.n * 37) % 900), sold: 326 + (this.n >> 3), at });
    for (const [i, sku] of pieces.entries())
      t.send({ type: "stock", sku, available: 320 - 17 * i - (this.n >> 4), at });
    t.send({ type: "present", room: "demo", sku: "DEMO-3", at });
  }

  private one(): void {
    const n = this.n++;
    const who = people[(n * 7 + (n >> 4)) % people.length] ?? "小美";
    const pool = n % 5 < 3 ? asked : chatted;
    const text = pool[(n * 5 + (n >> 3)) % pool.length] ?? "包邮吗";
    const line = text.replace("N", String(1 + (n % 6))).replace("W", String(100 + ((n * 3) % 90)));
    const end = pool === asked ? (ends[(n * 11 + (n >> 5)) % ends.length] ?? "") : "";
    this.talker.say(pool === asked && n % 3 === 0 ? "message" : "comment", who, line + end);
    if (n % 20 === 0) this.figures();
  }

  close(): void {
    clearInterval(this.timer);
  }
}
