import { crc32, deflateSync, inflateSync } from "node:zlib";

// What a browser saves of a page is filtered as photographs want it. Letters on plain ground are a third smaller as they are.

const signature = 8;

/** unfilter gives the pixels of a row back, by the filter that the row names and the row above. */
function unfilter(kind: number, row: Buffer, above: Buffer, step: number): void {
  for (let x = 0; x < row.length; x++) {
    const left = x >= step ? (row[x - step] ?? 0) : 0;
    const up = above[x] ?? 0;
    const corner = x >= step ? (above[x - step] ?? 0) : 0;
    const guess = left + up - corner;
    const [dl, du, dc] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
    const nearest = dl <= du && dl <= dc ? left : du <= dc ? up : corner;
    row[x] = ((row[x] ?? 0) + ([0, left, up, (left + up) >> 1, nearest][kind] ?? 0)) & 255;
  }
}

function chunk(type: string, body: Buffer): Buffer {
  const made = Buffer.alloc(12 + body.length);
  made.writeUInt32BE(body.length);
  made.write(type, 4, "latin1");
  body.copy(made, 8);
  made.writeUInt32BE(crc32(made.subarray(4, 8 + body.length)), 8 + body.length);
  return made;
}

/** plainPNG is the same picture, eight bits of red, green and blue (and alpha) a pixel, without filters and well packed. */
export function plainPNG(png: Buffer): Buffer {
  const bodies: Record<string, Buffer[]> = {};
  for (let at = signature; at < png.length; ) {
    const size = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + size);
    bodies[type] = [...(bodies[type] ?? []), body];
    at += 12 + size;
  }
  const head = bodies.IHDR?.[0];
  if (head?.[8] !== 8 || head[12] !== 0 || (head[9] !== 2 && head[9] !== 6))
    throw new Error("want a PNG of eight bits a colour that is not interlaced");
  const step = head[9] === 2 ? 3 : 4;
  const width = head.readUInt32BE(0) * step;
  const raw = inflateSync(Buffer.concat(bodies.IDAT ?? []));
  let above = Buffer.alloc(width);
  for (let at = 0; at < raw.length; at += width + 1) {
    const row = raw.subarray(at + 1, at + 1 + width);
    unfilter(raw[at] ?? 0, row, above, step);
    raw[at] = 0;
    above = row;
  }
  return Buffer.concat([
    png.subarray(0, signature),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(raw, { level: 9, memLevel: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
