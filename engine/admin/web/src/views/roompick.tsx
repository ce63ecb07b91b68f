import type { Signal } from "@preact/signals";
import { plain } from "../lib/format";
import { t } from "../lib/i18n";
import { useLoad } from "../lib/load";
import type { Page, RoomRow } from "../lib/types";

/** RoomPick chooses the room whose figures a preview is filled in with. */
export function RoomPick({ room }: { room: Signal<string> }) {
  const { shown } = useLoad<Page<RoomRow>>("/v1/rooms?limit=200&sort=room");
  return (
    <label class="row">
      {t("room")}
      <select value={room.value} onChange={(e) => (room.value = e.currentTarget.value)}>
        {(shown.value.value?.rows ?? []).map((r) => (
          <option key={r.room} value={r.room}>
            {plain(r.room, 40)}
          </option>
        ))}
      </select>
    </label>
  );
}
