import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import type { z } from "zod";
import { formatPropertyPath, type PropertyPath, touches } from "./values.ts";

/** Issues of a schema as failures that the engine shows at the property. */
export function checkFailures(
  error: z.ZodError,
  unknowns: readonly PropertyPath[],
): providerPb.CheckFailure[] {
  return (
    error.issues
      .map((issue) => ({ path: issue.path.map(step), message: issue.message }))
      // A value that only a later step knows cannot be judged yet.
      .filter(({ path }) => !touches(unknowns, path))
      .map(({ path, message }) => {
        const failure = new providerPb.CheckFailure();
        failure.setProperty(formatPropertyPath(path));
        failure.setReason(message);
        return failure;
      })
  );
}

/** All issues in one line. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) => `${formatPropertyPath(issue.path.map(step))}: ${issue.message}`)
    .join("; ");
}

function step(part: PropertyKey): string | number {
  return typeof part === "symbol" ? String(part) : part;
}
