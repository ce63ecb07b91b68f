import { name, t } from "../lib/i18n";
import { micros, waterfall } from "../lib/trace";
import type { Trace } from "../lib/types_trace";

/** Waterfall shows when a message passed each stage, and how long that took. */
export function Waterfall({ trace }: { trace: Trace }) {
  return (
    <table class="fall">
      <caption>
        {t("trace")} <small>{`${t("traceTotal")} ${micros(trace.total_us)}`}</small>
      </caption>
      <thead class="sr">
        <tr>
          <th>{t("stage")}</th>
          <th>{t("took")}</th>
        </tr>
      </thead>
      <tbody>
        {waterfall(trace).map((b, i) => (
          <tr key={`${b.stage}${i}`}>
            <th scope="row">{name("span", b.stage)}</th>
            <td>
              <span class="lane" aria-hidden="true">
                <i class={`s-${b.stage}`} style={{ marginLeft: `${b.left}%`, width: `${b.width}%` }} />
              </span>
              <span class="number">{micros(b.us)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
