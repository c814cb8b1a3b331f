import process from "node:process";
import grpc from "@grpc/grpc-js";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { whenEngineGone } from "../engine-gone.ts";
import { languageHost } from "./language-host.ts";

// Pulumi starts this with its engine's address as the last argument and reads the port from the
// first line of output.
const engine = process.argv.slice(2).at(-1) ?? "";
const { handlers, stop } = languageHost(engine);
const service = Object.fromEntries(
  Object.entries(languageGrpc.LanguageRuntimeService).filter(([name]) => name in handlers),
);
const server = new grpc.Server();
server.addService(service as grpc.ServiceDefinition, handlers);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port}\n`);
});
// The engine gives every plugin a process group of its own and interrupts it when the work is done;
// a plugin that stays is waited for, then killed.
process.on("SIGINT", () => process.exit(0));
// A program asks an engine that is gone for ever, or until its own timeouts end.
whenEngineGone(() => {
  stop("SIGKILL");
  process.exit(0);
});
