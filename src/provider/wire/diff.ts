import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import type { PropertyChange } from "../resource.ts";
import { formatPropertyPath } from "./values.ts";

const { Kind } = providerPb.PropertyDiff;
const KINDS = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
} as const;

/** Changes in the engine's form: each with its property path, so that only these lines show. */
export function diffResponse(changes: readonly PropertyChange[]): providerPb.DiffResponse {
  const response = new providerPb.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;
  response.setHasdetaileddiff(true);
  response.setChanges(changes.length === 0 ? DIFF_NONE : DIFF_SOME);
  for (const change of changes) {
    const detail = new providerPb.PropertyDiff();
    detail.setKind(KINDS[change.kind][change.replace === true ? 1 : 0]);
    detail.setInputdiff(change.inputDiff === true);
    response.getDetaileddiffMap().set(formatPropertyPath(change.path), detail);
  }
  const top = (change: PropertyChange): string => String(change.path[0]);
  response.setDiffsList([...new Set(changes.map(top))]);
  const replaces = changes.filter((change) => change.replace === true);
  response.setReplacesList([...new Set(replaces.map(top))]);
  // Two daemons with one virtual address must never run side by side.
  response.setDeletebeforereplace(replaces.length > 0);
  return response;
}

/** Without what the program asked to ignore: a path also covers everything below it. */
export function withoutIgnored(
  changes: readonly PropertyChange[],
  ignored: readonly string[],
): readonly PropertyChange[] {
  return changes.filter((change) => {
    const path = formatPropertyPath(change.path);
    return !ignored.some(
      (entry) => path === entry || path.startsWith(`${entry}.`) || path.startsWith(`${entry}[`),
    );
  });
}
