import grpc from "@grpc/grpc-js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import type structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { ExitCode, TandemError } from "../../diagnostics/index.ts";

/** What grpc-js takes as a failed call. */
export interface ServiceFailure {
  readonly code: grpc.status;
  readonly details: string;
  readonly metadata?: grpc.Metadata;
}

/**
 * The resource exists but is not well: the engine keeps its state, records the reasons and
 * plans an update for the next run.
 */
export class Sick extends Error {
  readonly id: string;
  readonly properties: structPb.Struct;
  readonly inputs: structPb.Struct;
  readonly reasons: readonly string[];
  readonly refreshBeforeUpdate: boolean;

  constructor(fields: Pick<Sick, "id" | "properties" | "inputs" | "reasons" | "refreshBeforeUpdate">) {
    super(fields.reasons.join("\n"));
    this.name = "Sick";
    this.id = fields.id;
    this.properties = fields.properties;
    this.inputs = fields.inputs;
    this.reasons = fields.reasons;
    this.refreshBeforeUpdate = fields.refreshBeforeUpdate;
  }
}

/** Any thrown value as a gRPC failure whose text the engine shows to the user. */
export function toServiceFailure(error: unknown): ServiceFailure {
  if (error instanceof Sick) return sickFailure(error);
  if (error instanceof TandemError) return { code: codeOf(error), details: error.message };
  if (error instanceof Error && error.name === "AbortError") {
    return { code: grpc.status.CANCELLED, details: error.message };
  }
  // A defect of ours: the stack says where.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: grpc.status.INTERNAL, details: `internal error, please report: ${text}` };
}

/** Only UNAVAILABLE must never be used: the engine takes it for a dead plugin. */
function codeOf(error: TandemError): grpc.status {
  switch (error.exitCode) {
    case ExitCode.invalidStack:
    case ExitCode.usage:
      return grpc.status.INVALID_ARGUMENT;
    case ExitCode.unreachable:
      return grpc.status.FAILED_PRECONDITION;
    case ExitCode.interrupted:
      return grpc.status.CANCELLED;
    default:
      return grpc.status.UNKNOWN;
  }
}

function sickFailure(sick: Sick): ServiceFailure {
  const detail = new providerPb.ErrorResourceInitFailed();
  detail.setId(sick.id);
  detail.setProperties(sick.properties);
  detail.setInputs(sick.inputs);
  detail.setReasonsList([...sick.reasons]);
  detail.setRefreshBeforeUpdate(sick.refreshBeforeUpdate);
  const packed = new anyPb.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusPb.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(sick.message);
  status.addDetails(packed);
  // grpc-js has no typed status details; this trailer is where the Go side looks for them.
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: sick.message, metadata };
}
