import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { lang, theme } from "../lib/prefs";
import { alone } from "../lib/shares";

/** Series is one line of a chart. */
export interface Series {
  label: string;
  color: string;
}

/** Chart draws lines over time; data is the times in seconds, then one list of values for each line, null for no data. */
export function Chart(p: { series: Series[]; data: (number | null)[][]; unit: string; label: string; most?: number }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const shape = p.series.map((s) => s.label + s.color).join() + theme.value + lang.value;
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const style = getComputedStyle(document.documentElement);
    const ink = style.getPropertyValue("--ink-2").trim();
    const grid = { stroke: style.getPropertyValue("--line").trim(), width: 1 };
    const made = new uPlot(
      {
        width: el.clientWidth,
        height: 170,
        padding: [8, 28, 0, 0], // the last time of day is as wide as any
        legend: { show: false },
        cursor: { show: false },
        scales: { y: { range: (_u, _min, max) => [0, p.most ?? Math.max(max * 1.1, 1)] } },
        axes: [
          {
            stroke: ink,
            grid,
            ticks: grid,
            size: 30,
            values: (_u, at) => at.map((v) => new Date(v * 1000).toTimeString().slice(0, 8)),
            space: 90,
          },
          { stroke: ink, grid, ticks: grid, size: 52, values: (_u, at) => at.map((v) => `${v}${p.unit}`) },
        ],
        series: [
          {},
          ...p.series.map((s) => ({
            label: s.label,
            stroke: style.getPropertyValue(s.color).trim(),
            width: 1.5,
            points: { show: false, size: 5, filter: (u: uPlot, i: number) => alone(u.data[i] ?? []) },
          })),
        ],
      },
      p.data as uPlot.AlignedData,
      el,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: el.clientWidth, height: 170 }));
    resized.observe(el);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape]);
  useEffect(() => plot.current?.setData(p.data as uPlot.AlignedData), [p.data]);
  return (
    <figure aria-label={p.label}>
      <div ref={box} class="chart" />
      <figcaption>
        {p.series.map((s) => (
          <span key={s.label}>
            <i class="dot" style={{ background: `var(${s.color})` }} aria-hidden="true" /> {s.label}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
