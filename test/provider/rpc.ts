import grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import type { Connection } from "../../src/host/host.ts";
import type { NodeInputs } from "../../src/provider/node/inputs.ts";
import { Provider } from "../../src/provider/provider.ts";
import { serve } from "../../src/provider/server.ts";
import { encode } from "../../src/provider/wire/values.ts";
import { FakeHosts } from "./fake-hosts.ts";

export const NODE_URN = "urn:pulumi:dev::edge::tandem:index:LoadBalancerPair$tandem:index:Node::web-lb-a";
export const DRILL_URN = "urn:pulumi:dev::edge::tandem:index:FailoverDrill::web-drill";

/** A provider behind its real gRPC server, with hosts in memory. */
export async function startProvider(environment: Record<string, string> = {}) {
  const hosts = new FakeHosts();
  const provider = new Provider({ openHost: hosts.open, environment });
  const server = await serve(provider, "0.1.0");
  const client = new providerGrpc.ResourceProviderClient(
    `127.0.0.1:${server.port}`,
    grpc.credentials.createInsecure(),
  );
  return {
    hosts,
    provider,
    client,
    stop: async () => {
      client.close();
      await server.stop();
    },
  };
}

type Method<Request, Response> = (
  request: Request,
  metadata: grpc.Metadata,
  options: Partial<grpc.CallOptions>,
  callback: (error: grpc.ServiceError | null, response: Response) => void,
) => unknown;

/** A call as a promise. */
export function call<Request, Response>(
  client: providerGrpc.ResourceProviderClient,
  method: Method<Request, Response>,
  request: Request,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    method.call(client, request, new grpc.Metadata(), {}, (error, response) =>
      error === null ? resolve(response) : reject(error),
    );
  });
}

/** The typed detail that a resource which is not well carries in its error. */
export function initFailure(error: unknown): pb.ErrorResourceInitFailed {
  const bytes = (error as grpc.ServiceError).metadata.get("grpc-status-details-bin")[0];
  const status = statusPb.Status.deserializeBinary(bytes as Buffer);
  const detail = status.getDetailsList()[0];
  if (detail?.getTypeName() !== "pulumirpc.ErrorResourceInitFailed") throw new Error("another detail");
  return pb.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
}

export const connection: Connection = {
  name: "lb-a",
  address: "10.0.0.11",
  port: 22,
  user: "root",
  auth: [{ kind: "password", password: "hunter2" }],
  hostKey: { kind: "pinned", fingerprint: "SHA256:abc" },
};

/** Inputs of a node that are good. */
export function nodeInputs(sha256: string, change: Partial<NodeInputs> = {}): NodeInputs {
  return {
    connection,
    pair: "web",
    releaseId: "0123456789abcdef",
    files: {
      "haproxy.cfg": "defaults\n  mode http\n",
      "keepalived.conf": "auth_pass @@secret:vrrp@@\n",
    },
    paths: {
      "haproxy.cfg": "/etc/tandem/current/haproxy.cfg",
      "keepalived.conf": "/etc/tandem/current/keepalived.conf",
    },
    permissions: { "haproxy.cfg": "0640 root:root", "keepalived.conf": "0600 root:root" },
    sysctls: { "net.ipv4.ip_nonlocal_bind": "1" },
    service: { enabled: true, active: true },
    binary: { sha256, version: "0.1.0" },
    requires: { interfaces: ["eth0"], listens: [], vips: [] },
    secrets: { vrrp: "s3cr3tPw" },
    ...change,
  };
}

export const SECRET_PATHS = [["secrets"], ["connection", "auth", "*", "password"]];

export function checkRequest(urn: string, news: object): pb.CheckRequest {
  const request = new pb.CheckRequest();
  request.setUrn(urn);
  request.setNews(encode(news, SECRET_PATHS));
  return request;
}

export function createRequest(urn: string, properties: object, preview = false): pb.CreateRequest {
  const request = new pb.CreateRequest();
  request.setUrn(urn);
  request.setPreview(preview);
  request.setProperties(encode(properties, SECRET_PATHS));
  return request;
}

export function readRequest(
  urn: string,
  id: string,
  inputs?: object,
  properties: object = {},
): pb.ReadRequest {
  const request = new pb.ReadRequest();
  request.setUrn(urn);
  request.setId(id);
  if (inputs !== undefined) request.setInputs(encode(inputs, SECRET_PATHS));
  request.setProperties(encode(properties));
  return request;
}

export function diffRequest(urn: string, olds: object, oldInputs: object, news: object): pb.DiffRequest {
  const request = new pb.DiffRequest();
  request.setUrn(urn);
  request.setOlds(encode(olds));
  request.setOldInputs(encode(oldInputs, SECRET_PATHS));
  request.setNews(encode(news, SECRET_PATHS));
  return request;
}
