import { diff, shorten } from "../lib/diff";
import { plain } from "../lib/format";
import { t } from "../lib/i18n";

/** Compare shows what changes from one text to another, line by line, with signs and not by colour alone. */
export function Compare(p: { before: string; after: string; label: string }) {
  const lines = shorten(diff(p.before, p.after));
  if (lines.length === 0) return <p class="quiet">{t("identical")}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="diff" aria-label={p.label} tabIndex={0}>
      <table>
        <tbody>
          {lines.map((e, i) =>
            e === null ? (
              <tr key={`gap${i}`} class="gap">
                <td colSpan={3}>⋯</td>
              </tr>
            ) : (
              <tr key={`${e.before}-${e.after}`} class={e.kind}>
                <td>{e.before || ""}</td>
                <td>{e.after || ""}</td>
                <td>
                  {e.kind === "old" ? "−" : e.kind === "new" ? "+" : " "} {plain(e.text, 1000)}
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </section>
  );
}
