const paths = [
  "",
  " ",
  "/",
  "//",
  ".",
  "..",
  "../..",
  "a/b",
  "a.b",
  "b",
  "b.c",
  "a\\b",
  "..\\..",
  "C:\\x",
  "~",
  "%2e%2e",
  "a%00b",
];
const ours = [
  "$1",
  "$futures",
  "Witness/a",
  "Witness",
  "c",
  "partition-activator",
  "gossip",
  "partition-activator/x",
  "tsgrain-probe",
  "eventstream",
];
const ofJavaScript = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "toJSON",
  "hasOwnProperty",
  "__defineGetter__",
  "valueOf",
  "then",
  "null",
  "undefined",
  "NaN",
  "0",
  "-0",
];
const controls = [
  "\0",
  "a\0b",
  "\n",
  "a\nb",
  "\r",
  "\t",
  "\u001b[31mred",
  "\u001b]0;title\u0007",
  "\u007f",
  "\u0085",
  "\u009b31mred",
  "a\u0080b",
  "\u009f",
  "\u00a0",
  "\u2028",
  "\u2029",
];
const unicode = [
  ...[
    "\ud800",
    "a\udfff",
    "\udc00\ud800",
    "\ufeff",
    "\u200b",
    "\u202e",
    "\u2066a\u2069",
    "😀",
    "👩\u200d🚀",
    "ａ",
  ],
  // Composed and decomposed.
  ...["\u00e9", "e\u0301", "\u00c5", "A\u030a", "\u212b", "\uac00", "\u1100\u1161"],
  // Equal in other letters.
  ...["ß", "SS", "İ", "ı", "ﬁ", "fi", "К", "K"],
];
const quotes = ["a,b", "a b", "'\"", "{}", "<b>", "`", "--help", '\n{"level":"error"}'];
const lengths = ["x".repeat(512), "x".repeat(513), "x".repeat(65_536), "é".repeat(256), "é".repeat(257)];
const letters = Array.from({ length: 120 }, (_identity, index) => String.fromCodePoint(0x80 + index * 97));

/** Identities that other systems have taken for another one, or stumbled over: each is here once. */
export const hostileIdentities: readonly string[] = [
  ...new Set([
    ...paths,
    ...ours,
    ...ofJavaScript,
    ...controls,
    ...unicode,
    ...quotes,
    ...lengths,
    ...letters,
  ]),
];

/** What no identity may be: empty, longer than 512 bytes, no text, or with control characters. */
export function isRefused(identity: string): boolean {
  const hasControls = /\p{Cc}/u.test(identity);
  return identity === "" || Buffer.byteLength(identity) > 512 || !identity.isWellFormed() || hasControls;
}
