import type { Spread } from "../measurement/statistics.ts";

const prefixes = [
  { factor: 1e6, sign: " M" },
  { factor: 1e3, sign: " k" },
];

/** Three digits, with M for millions and k for thousands. */
export function formatNumber(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const { factor, sign } = prefixes.find((prefix) => Math.abs(rounded) >= prefix.factor) ?? {
    factor: 1,
    sign: "",
  };
  return `${Number((rounded / factor).toPrecision(3))}${sign}`;
}

/** The median, and the extremes if there was more than one run. */
export function formatSpread({ median, min, max, runs }: Spread): string {
  return runs === 1
    ? formatNumber(median)
    : `${formatNumber(median)} (${formatNumber(min)} – ${formatNumber(max)})`;
}

/** Two digits behind the point up to 10, none from there on. */
export function formatRatio(ratio: number): string {
  return ratio >= 10 ? String(Math.round(ratio)) : ratio.toFixed(2);
}
