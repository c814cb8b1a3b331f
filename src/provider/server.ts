import grpc from "@grpc/grpc-js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import type { Provider } from "./provider.ts";
import { packageSchema } from "./schema.ts";
import { type ServiceFailure, toServiceFailure } from "./wire/errors.ts";
import { CHANNEL_OPTIONS, engineLog } from "./wire/log.ts";

type Handler<Request, Response> = (request: Request) => Promise<Response>;

/** A unary gRPC handler whose every failure becomes a coded status with a text for the user. */
function unary<Request, Response>(handler: Handler<Request, Response>) {
  return (
    call: { readonly request: Request },
    callback: (error: ServiceFailure | null, response?: Response) => void,
  ): void => {
    Promise.resolve()
      .then(() => handler(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(toServiceFailure(error)),
      );
  };
}

/** The provider's RPCs that carry no resource: handshake, facts, life and death. */
function lifecycle(provider: Provider, version: string) {
  return {
    handshake: unary<pb.ProviderHandshakeRequest, pb.ProviderHandshakeResponse>(async (request) => {
      connectLog(provider, request.getEngineAddress());
      const response = new pb.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptResources(false);
      response.setAcceptOutputs(false);
      return response;
    }),
    attach: unary<pluginPb.PluginAttach, emptyPb.Empty>(async (request) => {
      connectLog(provider, request.getAddress());
      return new emptyPb.Empty();
    }),
    getPluginInfo: unary<emptyPb.Empty, pluginPb.PluginInfo>(async () => {
      const info = new pluginPb.PluginInfo();
      info.setVersion(version);
      return info;
    }),
    getSchema: unary<pb.GetSchemaRequest, pb.GetSchemaResponse>(async () => {
      const response = new pb.GetSchemaResponse();
      response.setSchema(JSON.stringify(packageSchema(version)));
      return response;
    }),
    cancel: unary<emptyPb.Empty, emptyPb.Empty>(async () => {
      provider.cancel();
      return new emptyPb.Empty();
    }),
  };
}

function connectLog(provider: Provider, address: string): void {
  if (address !== "") provider.begin(engineLog(address));
}

/** The RPCs about the configuration and the resources. */
function resources(provider: Provider) {
  return {
    checkConfig: unary((request: pb.CheckRequest) => provider.checkConfig(request)),
    diffConfig: unary((request: pb.DiffRequest) => provider.diffConfig(request)),
    configure: unary((request: pb.ConfigureRequest) => provider.configure(request)),
    check: unary((request: pb.CheckRequest) => provider.check(request)),
    diff: unary((request: pb.DiffRequest) => provider.diff(request)),
    create: unary((request: pb.CreateRequest) => provider.create(request)),
    read: unary((request: pb.ReadRequest) => provider.read(request)),
    update: unary((request: pb.UpdateRequest) => provider.update(request)),
    delete: unary((request: pb.DeleteRequest) => provider.delete(request)),
  };
}

export interface RunningServer {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** Serves a provider on a free loopback port. */
export async function serve(provider: Provider, version: string): Promise<RunningServer> {
  const server = new grpc.Server(CHANNEL_OPTIONS);
  // RPCs that are not listed answer UNIMPLEMENTED, which the engine understands.
  const handlers = { ...lifecycle(provider, version), ...resources(provider) };
  const service = Object.fromEntries(
    Object.entries(providerGrpc.ResourceProviderService).filter(([name]) => name in handlers),
  );
  server.addService(service as grpc.ServiceDefinition, handlers as grpc.UntypedServiceImplementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    port,
    stop: async () => {
      server.forceShutdown();
      await provider.close();
    },
  };
}
