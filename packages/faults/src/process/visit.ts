import type { Cluster } from "@ts-grain/cluster";
import type { Visits } from "./commands.ts";

/** Lets members join and leave again, some at a time. */
export async function visit(start: () => Promise<Cluster>, { count, atOnce }: Visits): Promise<void> {
  let left = count;
  const visitor = async (): Promise<void> => {
    while (left > 0) {
      left--;
      const member = await start();
      await member.shutdown();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, visitor));
}
