import { render } from "preact";
import { App } from "./app";
import { begin } from "./lib/api";
import "uplot/dist/uPlot.min.css";
import "./style.css";
import "./library.css";

const root = document.getElementById("app");
if (root) render(<App />, root);
void begin();
