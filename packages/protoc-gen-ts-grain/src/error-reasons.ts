import type { DescEnum, DescEnumValue, DescFile } from "@bufbuild/protobuf";

/** The names printed for one value of an enum `ErrorReason`. */
export interface ReasonNames {
  /** Makes the error. */
  readonly err: string;
  /** Recognises it. */
  readonly is: string;
}

/** The enum whose values are reasons of a file's grains, as in Proto.Actor Go; undefined if it has none. */
export function errorReasons({ enums }: DescFile): DescEnum | undefined {
  return enums.find(({ name }) => name === "ErrorReason");
}

/**
 * `USER_NOT_FOUND` gives `errUserNotFound` and `isUserNotFound`, and so does `ERROR_REASON_USER_NOT_FOUND`: a prefix
 * that all values share with the enum's name is left out.
 */
export function reasonNames({ localName }: DescEnumValue): ReasonNames {
  const base = localName
    .split("_")
    .filter((word) => word !== "")
    .map((word) => (word === word.toUpperCase() ? word.toLowerCase() : word))
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
  return { err: `err${base}`, is: `is${base}` };
}
