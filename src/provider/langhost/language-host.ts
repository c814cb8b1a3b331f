import type { ChildProcess } from "node:child_process";
import grpc from "@grpc/grpc-js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { packageVersion } from "../package-root.ts";
import { decode } from "../wire/values.ts";
import { startInstall, startProgram } from "./start-program.ts";

/** How the SDK says that it has told the user what went wrong. */
const EXIT_ALREADY_REPORTED = 32;

type Unary<Request, Response> = (
  call: { readonly request: Request },
  callback: (error: { code: grpc.status; details: string } | null, response?: Response) => void,
) => void;

export interface LanguageHost {
  readonly handlers: grpc.UntypedServiceImplementation;
  /** Sends a signal to every program that runs. */
  readonly stop: (signal: NodeJS.Signals) => void;
}

/**
 * The part of Pulumi's language protocol that running a Node program needs. Everything else answers
 * UNIMPLEMENTED, which the engine takes as "nothing to tell".
 */
export function languageHost(engineFromStart: string): LanguageHost {
  const children = new Set<ChildProcess>();
  const stop = (signal: NodeJS.Signals): void => {
    for (const child of children) child.kill(signal);
  };
  const track = (child: ChildProcess): ChildProcess => {
    children.add(child);
    child.once("close", () => children.delete(child));
    return child;
  };
  let engine = engineFromStart;

  const handshake: Unary<languagePb.LanguageHandshakeRequest, languagePb.LanguageHandshakeResponse> = (
    { request },
    callback,
  ) => {
    engine = request.getEngineAddress() || engine;
    callback(null, new languagePb.LanguageHandshakeResponse());
  };
  const getPluginInfo: Unary<emptyPb.Empty, pluginPb.PluginInfo> = (_, callback) => {
    const info = new pluginPb.PluginInfo();
    info.setVersion(packageVersion());
    callback(null, info);
  };
  const run: Unary<languagePb.RunRequest, languagePb.RunResponse> = ({ request }, callback) => {
    const options = decode(request.getInfo()?.getOptions()).value;
    const child = track(startProgram(request, engine, options));
    child.once("error", (error) => callback({ code: grpc.status.INTERNAL, details: error.message }));
    child.once("close", (code, signal) => callback(null, verdict(code, signal)));
  };
  const about: Unary<languagePb.AboutRequest, languagePb.AboutResponse> = (_, callback) => {
    const response = new languagePb.AboutResponse();
    response.setExecutable(process.execPath);
    response.setVersion(process.version);
    callback(null, response);
  };
  const cancel: Unary<emptyPb.Empty, emptyPb.Empty> = (_, callback) => {
    stop("SIGINT");
    callback(null, new emptyPb.Empty());
  };
  const installDependencies = (
    call: grpc.ServerWritableStream<
      languagePb.InstallDependenciesRequest,
      languagePb.InstallDependenciesResponse
    >,
  ): void => {
    const child = track(
      startInstall(call.request.getInfo()?.getProgramDirectory() || call.request.getDirectory()),
    );
    child.stdout?.on("data", (data: Buffer) => call.write(output("setStdout", data)));
    child.stderr?.on("data", (data: Buffer) => call.write(output("setStderr", data)));
    // The stream's error event is how grpc-js takes the status of a streaming call.
    const fail = (details: string) => call.emit("error", { code: grpc.status.UNKNOWN, details });
    child.once("error", (error) => fail(error.message));
    child.once("close", (code) => {
      if (code === 0) call.end();
      else fail(`npm ci ended with exit code ${code}`);
    });
  };
  const handlers = { handshake, getPluginInfo, run, about, cancel, installDependencies };
  return { handlers: handlers as grpc.UntypedServiceImplementation, stop };
}

function output(set: "setStdout" | "setStderr", data: Buffer): languagePb.InstallDependenciesResponse {
  const response = new languagePb.InstallDependenciesResponse();
  response[set](data);
  return response;
}

function verdict(code: number | null, signal: NodeJS.Signals | null): languagePb.RunResponse {
  const response = new languagePb.RunResponse();
  if (code === EXIT_ALREADY_REPORTED) response.setBail(true);
  else if (signal !== null) response.setError(`the program was ended by ${signal}`);
  else if (code !== 0) response.setError(`the program ended with exit code ${code}`);
  return response;
}
