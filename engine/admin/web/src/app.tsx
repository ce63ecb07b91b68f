import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Link, Redirect, Route, Router, Switch, useLocation } from "wouter";
import { may, me, signOut } from "./lib/api";
import { name, t } from "./lib/i18n";
import { lang, theme } from "./lib/prefs";
import { fresh } from "./lib/stream";
import type { Word } from "./lib/words";
import { ActorsView } from "./views/actors";
import { AuditView } from "./views/audit";
import { DialogueView } from "./views/dialogue";
import { EntryView } from "./views/entry";
import { FiguresView } from "./views/figures";
import { InferenceView } from "./views/inference";
import { KnowledgeView } from "./views/knowledge";
import { LabellingView } from "./views/labelling";
import { LinksView } from "./views/links";
import { OverviewView } from "./views/overview";
import { ReservationsView } from "./views/reservations";
import { RoomView } from "./views/room";
import { RoomsView } from "./views/rooms";
import { ScriptView } from "./views/script";
import { ScriptsView } from "./views/scripts";
import { SettingsView } from "./views/settings";
import { PasswordForm, SignIn } from "./views/signin";

/** The views, in the order of the menu, each with the act it needs. */
const views: { path: string; word: Word; act: string; view: () => JSX.Element }[] = [
  { path: "/", word: "overview", act: "status.read", view: OverviewView },
  { path: "/rooms", word: "rooms", act: "room.read", view: RoomsView },
  { path: "/reservations", word: "reservations", act: "stock.read", view: ReservationsView },
  { path: "/actors", word: "actors", act: "status.read", view: ActorsView },
  { path: "/inference", word: "inference", act: "status.read", view: InferenceView },
  { path: "/links", word: "links", act: "status.read", view: LinksView },
  { path: "/scripts", word: "scripts", act: "status.read", view: ScriptsView },
  { path: "/knowledge", word: "knowledge", act: "knowledge.read", view: KnowledgeView },
  { path: "/labelling", word: "labelling", act: "label.write", view: LabellingView },
  { path: "/figures", word: "figures", act: "status.read", view: FiguresView },
  { path: "/settings", word: "settings", act: "config.read", view: SettingsView },
  { path: "/audit", word: "audit", act: "audit.read", view: AuditView },
];

export function App() {
  if (me.value === undefined) return <p class="centre">{t("loading")}</p>;
  if (me.value === null) return <SignIn />;
  if (me.value.must_change) return <PasswordForm />;
  return (
    <Router base="/console">
      <Frame />
    </Router>
  );
}

function Frame() {
  const open = useSignal(false);
  const [at] = useLocation();
  const mine = views.filter((v) => may(v.act));
  return (
    <div class="frame">
      <a class="skip" href="#content">
        {t("skip")}
      </a>
      <header>
        <button
          type="button"
          class="menu"
          aria-expanded={open.value}
          aria-controls="nav"
          onClick={() => (open.value = !open.value)}
        >
          ☰<span class="sr">{t("menu")}</span>
        </button>
        <strong class="brand">liveroom</strong>
        <span class="grow" />
        <button
          type="button"
          lang={lang.value === "zh" ? "en" : "zh-CN"}
          onClick={() => (lang.value = lang.value === "zh" ? "en" : "zh")}
        >
          {t("language")}
        </button>
        <label class="row">
          <span class="sr">{t("theme")}</span>
          <select value={theme.value} onChange={(e) => (theme.value = e.currentTarget.value as typeof theme.value)}>
            <option value="auto">{t("auto")}</option>
            <option value="light">{t("light")}</option>
            <option value="dark">{t("dark")}</option>
          </select>
        </label>
        <span class="who">
          {me.value?.name} · {name("role", me.value?.role ?? "")}
        </span>
        <button type="button" onClick={() => void signOut()}>
          {t("signOut")}
        </button>
      </header>
      <nav id="nav" class={open.value ? "open" : ""} aria-label={t("menu")}>
        {mine.map((v) => (
          <Link
            key={v.path}
            href={v.path}
            aria-current={at === v.path || (v.path !== "/" && at.startsWith(`${v.path}/`)) ? "page" : undefined}
            onClick={() => (open.value = false)}
          >
            {t(v.word)}
          </Link>
        ))}
      </nav>
      <main id="content" tabIndex={-1}>
        {!fresh.value && (
          <p class="banner" role="alert">
            {t("lost")}
          </p>
        )}
        <div class={fresh.value ? "" : "stale"}>
          <Switch>
            {mine.map((v) => (
              <Route key={v.path} path={v.path} component={v.view} />
            ))}
            <Route path="/scripts/:file">
              {(p: { file: string }) => <ScriptView file={decodeURIComponent(p.file)} />}
            </Route>
            <Route path="/knowledge/:id">{(p: { id: string }) => <EntryView id={decodeURIComponent(p.id)} />}</Route>
            <Route path="/rooms/:room">{(p: { room: string }) => <RoomView room={decodeURIComponent(p.room)} />}</Route>
            <Route path="/rooms/:room/users/:user">
              {(p: { room: string; user: string }) => (
                <DialogueView room={decodeURIComponent(p.room)} user={decodeURIComponent(p.user)} />
              )}
            </Route>
            <Route path="/">{mine[0] ? <Redirect to={mine[0].path} /> : <p>{t("forbidden")}</p>}</Route>
            <Route>
              <p>{t("notFound")}</p>
            </Route>
          </Switch>
        </div>
      </main>
    </div>
  );
}
