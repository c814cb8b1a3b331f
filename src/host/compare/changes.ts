import type { Observation } from "../host.ts";
import { fileNames } from "../layout.ts";

/** What an apply may touch that is not the same in two observations of a host, one line each. */
export function changesBetween(before: Observation, after: Observation): readonly string[] {
  const keys = [...new Set([...Object.keys(before.sysctls), ...Object.keys(after.sysctls)])];
  return [
    ...fileNames(before.files, after.files).flatMap((name) => {
      const [was, is] = [before.files[name], after.files[name]];
      const same = was?.text === is?.text && was?.mode === is?.mode && was?.owner === is?.owner;
      return same ? [] : [`${name} is not what it was`];
    }),
    ...keys.flatMap((key) =>
      before.sysctls[key] === after.sysctls[key]
        ? []
        : [`sysctl ${key} is ${after.sysctls[key] ?? "absent"}, it was ${before.sysctls[key] ?? "absent"}`],
    ),
    ...(["enabled", "active"] as const).flatMap((property) =>
      before.service[property] === after.service[property]
        ? []
        : [
            `the service is ${after.service[property] ? "" : "not "}${property}, it was ${before.service[property] ? "" : "not"}`,
          ],
    ),
    ...(before.binary?.sha256 === after.binary?.sha256
      ? []
      : ["the unit starts another tandemd than before"]),
    ...(before.releaseId === after.releaseId
      ? []
      : [`the current release is ${after.releaseId ?? "none"}, it was ${before.releaseId ?? "none"}`]),
  ];
}
