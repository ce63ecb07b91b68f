import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { call } from "../lib/api";
import { confirms, type Erased, erasedTold, erasePath } from "../lib/erase";
import { plain } from "../lib/format";
import { t } from "../lib/i18n";
import { Card, why } from "../ui/bits";

/** Erase is a button that erases a person, once its dialog was told his id. */
export function Erase(p: { room: string; user: string; done: (what: Erased) => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const typed = useSignal("");
  const busy = useSignal(false);
  const failed = useSignal("");
  const erase = async () => {
    if (busy.value || !confirms(typed.value, p.user)) return;
    busy.value = true;
    failed.value = "";
    try {
      p.done(await call<Erased>("POST", erasePath(p.room, p.user), { confirm: typed.value }));
    } catch (e) {
      failed.value = why(e);
    }
    busy.value = false;
  };
  return (
    <Card title={t("erase")}>
      <button
        type="button"
        onClick={() => {
          typed.value = "";
          failed.value = "";
          dialog.current?.showModal();
        }}
      >
        {t("erase")}…
      </button>
      <dialog
        ref={dialog}
        aria-label={t("erase")}
        onCancel={(e) => {
          if (busy.value) e.preventDefault();
        }}
      >
        <form
          class="stack"
          onSubmit={(e) => {
            e.preventDefault();
            void erase();
          }}
        >
          <h2>
            {t("erase")} · <bdi>{plain(p.user, 40)}</bdi>
          </h2>
          <p>{t("eraseGoes")}</p>
          <ul>
            <li>{t("eraseTalk")}</li>
            <li>{t("eraseState")}</li>
            <li>{t("eraseNames")}</li>
            <li>{t("eraseBackups")}</li>
          </ul>
          <label class="row">
            {t("eraseType")}
            <input
              autocomplete="off"
              spellcheck={false}
              value={typed.value}
              disabled={busy.value}
              onInput={(e) => (typed.value = e.currentTarget.value)}
            />
          </label>
          {failed.value && (
            <p class="error" role="alert">
              {failed.value}
            </p>
          )}
          <div class="row">
            <button type="submit" class="danger" disabled={busy.value || !confirms(typed.value, p.user)}>
              {t(busy.value ? "erasing" : "eraseNow")}
            </button>
            <button type="button" disabled={busy.value} onClick={() => dialog.current?.close()}>
              {t("cancel")}
            </button>
          </div>
        </form>
      </dialog>
    </Card>
  );
}

/** ErasedView stands where a dialogue was. */
export function ErasedView(p: { what: Erased }) {
  return (
    <>
      <h1>{t("dialogue")}</h1>
      <Card title={t("erased")}>
        <p role="status">{erasedTold(p.what)}</p>
      </Card>
    </>
  );
}
