import type { ClusterIdentity, IdentityLookup } from "@ts-grain/cluster";
import { TestkitError } from "./testkit-error.ts";

/** A lookup that fails a call at once if its kind is hosted by nobody, rather than wait for a member that does. */
export function closedLookup(lookup: IdentityLookup): IdentityLookup {
  return {
    start: (context) => {
      const session = lookup.start(context);
      const isHosted = ({ kind }: ClusterIdentity): boolean =>
        context.members.topology.members.some(({ kinds }) => kinds.includes(kind));
      return {
        find: async (identity, options) => {
          if (isHosted(identity)) return session.find(identity, options);
          const called = JSON.stringify(`${identity.kind}/${identity.identity}`);
          throw new TestkitError(
            "no_fake",
            `${called} was called, and the test has neither a fake nor a kind named ${identity.kind}`,
          );
        },
        release: (options) => session.release(options),
      };
    },
  };
}
