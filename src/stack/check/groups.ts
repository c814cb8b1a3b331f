import type { Problem } from "../../diagnostics/index.ts";
import type { PairData } from "../schema/stack.ts";
import { error, type Path, repeated } from "./report.ts";

/** Sync groups: at least two instances, each in one group, all with the same master. */
export function checkGroups(pair: PairData, path: Path): Problem[] {
  const members = pair.syncGroups.flatMap((group, i) =>
    group.instances.map((instance, j) => ({ instance, path: [...path, "syncGroups", i, "instances", j] })),
  );
  return [
    ...repeated(members, (member) => member.instance).map(({ item }) =>
      error(
        "STACK_SYNC_GROUP_TWICE",
        item.path,
        `instance ${JSON.stringify(item.instance)} is in a sync group already`,
        {
          hint: "an instance belongs to one group at most, once",
        },
      ),
    ),
    ...pair.syncGroups.flatMap((group, i) => {
      const at = [...path, "syncGroups", i, "instances"];
      if (group.instances.length < 2) {
        return [
          error(
            "STACK_SYNC_GROUP_TOO_SMALL",
            at,
            `sync group ${JSON.stringify(group.name)} has ${group.instances.length} instances`,
            {
              why: "there is nothing to keep together",
              hint: "name two instances or more, or take the group out",
            },
          ),
        ];
      }
      const masters = new Set(
        pair.vrrpInstances.filter(({ name }) => group.instances.includes(name)).map(({ master }) => master),
      );
      return masters.size < 2
        ? []
        : [
            error(
              "STACK_SYNC_GROUP_CROSSED",
              at,
              `the instances of sync group ${JSON.stringify(group.name)} have different masters`,
              {
                why: "each node would pull the group to itself, and it would be master nowhere for long",
                hint: "give all of them the same master",
              },
            ),
          ];
    }),
  ];
}
