const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ~+";

/** The id that Proto.Actor gives the process with the given number: `$` and the number in base 64. */
export function processId(number: number): string {
  let text = "";
  let rest = number;
  do {
    text = digits.charAt(rest % 64) + text;
    rest = Math.floor(rest / 64);
  } while (rest > 0);
  return `$${text}`;
}
