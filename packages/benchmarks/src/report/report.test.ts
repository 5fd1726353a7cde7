import { expect, test } from "vitest";
import type { Unit } from "../measurement/sample.ts";
import { reportOf, summaryOf } from "./report.ts";
import type { ReportGuide } from "./report-guide.ts";
import type { Results } from "./results.ts";
import type { Target } from "./target.ts";

const workloads = [
  { name: "W1a", about: "a ball" },
  { name: "W6", about: "actors" },
];
const subjects = ["ts-grain", "floor", "go"];

const row = (workload: string, subject: string, { unit, median }: { unit: Unit; median: number }) => ({
  workload,
  subject,
  unit,
  median,
  min: median,
  max: median,
  runs: 1,
});

function results(changes: Partial<Results>): Results {
  const machine = {
    cpu: "a processor",
    cores: 2,
    memoryGiB: 24,
    system: "Linux 6",
    node: "v24.0.0",
    pinning: "not pinned",
    load: 0.1,
    date: "2026-01-31",
  };
  return { machine, subjects: [{ name: "floor", version: "1.0" }], missing: [], rows: [], ...changes };
}

/** The cells of the tables of figures and of ratios, headers first. */
function tablesOf(rows: Results["rows"], guide: Partial<ReportGuide> = {}): readonly string[][][] {
  const text = reportOf(results({ rows }), { workloads, subjects, targets: [], ...guide });
  return text
    .split("\n\n")
    .filter((part) => part.startsWith("|"))
    .map(cellsIn);
}

function cellsIn(table: string): string[][] {
  const [header, , ...lines] = table.split("\n").map((line) => line.split("|").slice(1, -1));
  return [header!, ...lines].map((line) => line.map((cell) => cell.trim()));
}

/** The cells of both tables' only lines. */
function cellsOf(rows: Results["rows"], targets: readonly Target[] = []): readonly string[] {
  return tablesOf(rows, { targets }).flatMap(([, only]) => only!);
}

const rates = (ours: number) => [
  row("W1a", "ts-grain", { unit: "msg/s", median: ours }),
  row("W1a", "floor", { unit: "msg/s", median: 20 }),
  row("W1a", "go", { unit: "msg/s", median: 0.5 }),
];
const rateTarget: Target = { workload: "W1a", unit: "msg/s", ratios: { floor: 0.7 } };

test("a rate that reaches its target is shown with the limit", () => {
  expect(tablesOf(rates(14), { targets: [rateTarget] })).toEqual([
    [
      ["workload", "unit", "ts-grain", "floor", "go"],
      ["W1a", "msg/s", "14", "20", "0.5"],
    ],
    [
      ["workload", "unit", "÷ floor", "÷ go"],
      ["W1a", "msg/s", "0.70 (≥ 0.7)", "28"],
    ],
  ]);
});

test("a rate that misses its target is bold", () => {
  expect(cellsOf(rates(13), [rateTarget])).toContain("**0.65 (≥ 0.7)**");
});

test("of what is no rate, less is better", () => {
  const memory = (ours: number) => [
    row("W6", "ts-grain", { unit: "B per idle actor", median: ours }),
    row("W6", "floor", { unit: "B per idle actor", median: 400 }),
  ];
  const targets: Target[] = [
    { workload: "W6", unit: "B per idle actor", ratios: { floor: 0.5 }, atMost: 150 },
  ];
  expect(cellsOf(memory(100), targets)).toEqual(expect.arrayContaining(["100, ≤ 150", "0.25 (≤ 0.5)"]));
  expect(cellsOf(memory(300), targets)).toEqual(
    expect.arrayContaining(["**300, ≤ 150**", "**0.75 (≤ 0.5)**"]),
  );
});

test("another subject's target stands in a column of its own", () => {
  const targets: Target[] = [{ ...rateTarget, subject: "floor", ratios: { go: 50 } }];
  const [, ratios] = tablesOf(rates(14), { targets });
  expect(ratios).toEqual([
    ["workload", "unit", "÷ floor", "÷ go", "floor ÷ go"],
    ["W1a", "msg/s", "0.70", "28", "**40 (≥ 50)**"],
  ]);
});

test("a subject with a part of ours is compared with where there is a target", () => {
  const rows = [...rates(14), row("W1a", "go→ts-grain", { unit: "msg/s", median: 7 })];
  const ratiosWith = (targets: readonly Target[]) =>
    tablesOf(rows, { subjects: [...subjects, "go→ts-grain"], targets })[1];
  expect(ratiosWith([])![0]).toEqual(["workload", "unit", "÷ floor", "÷ go"]);
  expect(ratiosWith([{ ...rateTarget, ratios: { "go→ts-grain": 1.5 } }])).toEqual([
    ["workload", "unit", "÷ floor", "÷ go", "÷ go→ts-grain"],
    ["W1a", "msg/s", "0.70", "28", "2.00 (≥ 1.5)"],
  ]);
});

test("what only one subject was measured with has a figure and no ratios", () => {
  const only = row("W6", "ts-grain", { unit: "spawns/s", median: 3000 });
  const [figures, ratios] = tablesOf([...rates(14), only]);
  expect(figures!.map(([workload]) => workload)).toEqual(["workload", "W1a", "W6"]);
  expect(ratios!.map(([workload]) => workload)).toEqual(["workload", "W1a"]);
  expect(tablesOf([only])).toHaveLength(1);
});

test("the summary has a line for each workload, with our figure divided by each other's", () => {
  const memory = row("W1a", "ts-grain", { unit: "B per idle actor", median: 100 });
  const rows = [...rates(14), memory, row("W6", "ts-grain", { unit: "spawns/s", median: 3000 })];
  const others = [...subjects, "ts-grain-codec", "go→ts-grain"];
  const text = summaryOf(results({ rows }), { workloads, subjects: others, targets: [] })!;
  expect(cellsIn(text.slice(text.indexOf("|")))).toEqual([
    ["", "ts-grain", "÷ floor", "÷ go"],
    ["a ball", "14 msg/s", "0.70", "28"],
    ["actors", "3 k spawns/s", "–", "–"],
  ]);
});

test("what a group compares by itself stands instead of our ratios, and has no summary", () => {
  const rows = [...rates(14), row("W6", "floor", { unit: "spawns/s", median: 15 })];
  const floor = { subject: "floor", workload: "W6", unit: "spawns/s" } as const;
  const go = { subject: "go", workload: "W1a", unit: "msg/s" } as const;
  const unmeasured = { ...floor, subject: "nact" };
  const comparisons = [
    { figure: floor, by: go, limit: 20 },
    { figure: floor, by: go, limit: 40 },
    { figure: go, by: floor },
    { figure: unmeasured, by: go },
  ];
  const [, table] = tablesOf(rows, { comparisons });
  expect(table).toEqual([
    ["figure", "÷", "ratio"],
    ["floor, W6: 15 spawns/s", "go, W1a: 0.5 msg/s", "30 (≥ 20)"],
    ["floor, W6: 15 spawns/s", "go, W1a: 0.5 msg/s", "**30 (≥ 40)**"],
    ["go, W1a: 0.5 msg/s", "floor, W6: 15 spawns/s", "0.03"],
  ]);
  expect(summaryOf(results({ rows }), { workloads, subjects, targets: [], comparisons })).toBeUndefined();
});

test("what a group with targets compares by itself stands below our ratios", () => {
  const rows = [...rates(14), row("W6", "ts-grain", { unit: "spawns/s", median: 7 })];
  const figure = { subject: "ts-grain", workload: "W6", unit: "spawns/s" } as const;
  const by = { subject: "ts-grain", workload: "W1a", unit: "msg/s" } as const;
  const targets = [{ workload: "W1a", unit: "msg/s", ratios: { floor: 0.8 } }] as const;
  const guide = { workloads, subjects, targets, comparisons: [{ figure, by, limit: 0.8 }] };
  const text = reportOf(results({ rows }), guide);
  expect(text).toContain("**0.70 (≥ 0.8)**");
  expect(text).toContain("**0.50 (≥ 0.8)**");
  expect(summaryOf(results({ rows }), guide)).toBeDefined();
});

test("a subject without a figure is named as not measured, with the reason", () => {
  const rows = rates(14).filter(({ subject }) => subject !== "go");
  expect(cellsOf(rows)).toEqual(["W1a", "msg/s", "14", "20", "not measured", "W1a", "msg/s", "0.70", "–"]);
  const missing = [{ subject: "go", reason: "there is no Go" }];
  expect(reportOf(results({ rows, missing }), { workloads, subjects, targets: [] })).toContain(
    "**NOT MEASURED: go**: there is no Go.",
  );
});

test("what one subject was not measured with for one reason stands in one line", () => {
  const missing = ["W1a", "W6"].map((workload) => ({ subject: "go", workload, reason: "it cannot" }));
  expect(reportOf(results({ rows: rates(14), missing }), { workloads, subjects, targets: [] })).toContain(
    "**NOT MEASURED: go, W1a, W6**: it cannot.",
  );
});

test("the report says where it was measured, and explains only what was measured", () => {
  const text = reportOf(results({ rows: rates(14) }), { workloads, subjects, targets: [] });
  expect(text).toContain("2026-01-31, a processor, 2 cores, 24 GiB, Linux 6, Node v24.0.0; not pinned");
  expect(text).toContain("- W1a: a ball");
  expect(text).not.toContain("W6");
});
