import { userPath } from "./api";
import { whole } from "./format";
import { t } from "./i18n";

/** Erased is what an erasure has taken out of what is stored. */
export interface Erased {
  records: number;
  facts: number;
}

/** confirms tells whether what was typed names the person: the whole id, as it is written. */
export function confirms(typed: string, user: string): boolean {
  return user !== "" && typed === user;
}

/** erasePath is where a person is erased. */
export function erasePath(room: string, user: string): string {
  return `${userPath(room, user)}/erase`;
}

/** erasedTold puts into words what an erasure has done. */
export function erasedTold(done: Erased): string {
  const between = t("erasedRecords").startsWith(" 条") ? "，" : ", ";
  return `${whole(done.records)}${t("erasedRecords")}${between}${whole(done.facts)}${t("erasedFacts")}`;
}
