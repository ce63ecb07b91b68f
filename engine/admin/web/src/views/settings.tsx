import { useSignal } from "@preact/signals";
import { plain } from "../lib/format";
import { name, t } from "../lib/i18n";
import { refreshed, useLoad } from "../lib/load";
import type { Settings } from "../lib/types";
import { Settled, Taken } from "../ui/bits";

export function SettingsView() {
  const { shown, again } = useLoad<Settings>("/v1/settings", refreshed);
  const word = useSignal("");
  return (
    <>
      <h1>{t("settings")}</h1>
      <div class="tools">
        <label class="row">
          {t("search")}
          <input type="search" value={word.value} onInput={(e) => (word.value = e.currentTarget.value)} />
        </label>
        <Taken of={shown.value} again={again} />
      </div>
      <Settled of={shown.value}>
        {(s) => (
          <div class="scroll">
            <table aria-label={t("settings")}>
              <thead>
                <tr>
                  <th>{t("key")}</th>
                  <th>{t("value")}</th>
                  <th>{t("source")}</th>
                </tr>
              </thead>
              <tbody>
                {s.settings
                  .filter((k) => k.name.includes(word.value.trim().toLowerCase()))
                  .map((k) => (
                    <tr key={k.name} class={k.source === "default" ? "" : "set"}>
                      <th scope="row">
                        <code>{k.name}</code>
                      </th>
                      <td>
                        <code>{plain(k.value) || "—"}</code>
                      </td>
                      <td>{name("", k.source)}</td>
                    </tr>
                  ))}
              </tbody>
            </table>
          </div>
        )}
      </Settled>
    </>
  );
}
