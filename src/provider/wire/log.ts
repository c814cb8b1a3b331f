import grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";

/** Default of 4 MB would refuse the property bags of large configurations. */
export const CHANNEL_OPTIONS = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": 400 * 1024 * 1024,
} as const;

export type Severity = "info" | "warning" | "error";

const SEVERITY: Readonly<Record<Severity, enginePb.LogSeverity>> = {
  info: enginePb.LogSeverity.INFO,
  warning: enginePb.LogSeverity.WARNING,
  error: enginePb.LogSeverity.ERROR,
};

/** Lines for the user, shown by the engine beside the resource they belong to. */
export interface EngineLog {
  /** A line that the next one replaces: what happens right now. */
  progress(urn: string, text: string): void;
  /** A line that stays. */
  write(severity: Severity, urn: string, text: string): void;
  close(): void;
}

/** Sends lines to the engine at `address`; a line that cannot be sent is never a failure. */
export function engineLog(address: string): EngineLog {
  const client = new engineGrpc.EngineClient(address, grpc.credentials.createInsecure(), CHANNEL_OPTIONS);
  const send = (severity: Severity, urn: string, text: string, ephemeral: boolean): void => {
    const request = new enginePb.LogRequest();
    request.setSeverity(SEVERITY[severity]);
    request.setUrn(urn);
    request.setMessage(text);
    request.setEphemeral(ephemeral);
    client.log(request, () => undefined);
  };
  return {
    progress: (urn, text) => send("info", urn, text, true),
    write: (severity, urn, text) => send(severity, urn, text, false),
    close: () => client.close(),
  };
}

/** For a provider without an engine, as in tests: keeps nothing. */
export const silentLog: EngineLog = {
  progress: () => undefined,
  write: () => undefined,
  close: () => undefined,
};
