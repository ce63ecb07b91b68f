import { type Block, blocks, type Span } from "../lib/markdown";

/** Markdown shows a document that somebody wrote. It makes elements of its own, and never markup of what stands there. */
export function Markdown({ of }: { of: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div class="prose" tabIndex={0}>
      {blocks(of).map((b, i) => (
        <One key={i} of={b} />
      ))}
    </div>
  );
}

function One({ of }: { of: Block }) {
  switch (of.kind) {
    case "heading":
      return of.level === 1 ? (
        <h3>
          <Spans of={of.spans} />
        </h3>
      ) : (
        <h4>
          <Spans of={of.spans} />
        </h4>
      );
    case "paragraph":
      return (
        <p>
          <Spans of={of.spans} />
        </p>
      );
    case "code":
      return <pre>{of.text}</pre>;
    case "list": {
      const items = of.items.map((s, i) => (
        <li key={i}>
          <Spans of={s} />
        </li>
      ));
      return of.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case "table":
      return (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                {of.head.map((c, i) => (
                  <th key={i}>
                    <Spans of={c} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {of.rows.map((r, i) => (
                <tr key={i}>
                  {r.map((c, j) => (
                    <td key={j}>
                      <Spans of={c} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
  }
}

function Spans({ of }: { of: Span[] }) {
  return (
    <>
      {of.map((s, i) => {
        const key = `${i}${s.kind ?? ""}`;
        if (s.kind === "code") return <code key={key}>{s.text}</code>;
        if (s.kind === "strong") return <strong key={key}>{s.text}</strong>;
        if (s.kind === "em") return <em key={key}>{s.text}</em>;
        return s.text;
      })}
    </>
  );
}
