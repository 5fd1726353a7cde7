import type { Process } from "../pid/process.ts";

/** Stands behind another address that takes system messages only: every other throws, as one that cannot be encoded would. */
export const refusing: Process = {
  sendUser() {
    throw new Error("the message cannot leave the process");
  },
  sendSystem() {},
};
