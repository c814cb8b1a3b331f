import { setMaxListeners } from "node:events";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import type structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { ExitCode, TandemError } from "../diagnostics/index.ts";
import { drillResource } from "./drill/drill.ts";
import { hearingResource } from "./hearing/hearing.ts";
import { type HostOpener, HostPool } from "./hosts.ts";
import { nodeResource } from "./node/node.ts";
import type { AnyResourceType, Operation, ReadState, ResourceState } from "./resource.ts";
import { gatherSettings, type Settings, settingsSchema } from "./settings.ts";
import { checkFailures, describeIssues } from "./wire/check.ts";
import { diffResponse, withoutIgnored } from "./wire/diff.ts";
import { Sick } from "./wire/errors.ts";
import { type EngineLog, silentLog } from "./wire/log.ts";
import { decode, encode, type PropertyPath } from "./wire/values.ts";

const TYPES: ReadonlyMap<string, AnyResourceType> = new Map(
  [nodeResource, hearingResource, drillResource].map((type) => [type.token, type]),
);

export interface ProviderOptions {
  readonly openHost: HostOpener;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Pulumi's view of the hosts: translates requests into operations on resources. */
export class Provider {
  log: EngineLog = silentLog;
  readonly #hosts: HostPool;
  readonly #environment: ProviderOptions["environment"];
  #abort = aborter();
  #settings: Settings = settingsSchema.parse({});

  constructor(options: ProviderOptions) {
    this.#hosts = new HostPool(options.openHost);
    this.#environment = options.environment;
  }

  /** A new engine: lines go there, and what an earlier one cancelled is over. */
  begin(log: EngineLog): void {
    this.log.close();
    this.log = log;
    this.#abort = aborter();
  }

  /** Running operations stop at their next safe point; new ones are refused. */
  cancel(): void {
    this.#abort.abort(interrupted());
  }

  /** Resolves when no host is at work for anybody. */
  idle(): Promise<void> {
    return this.#hosts.idle();
  }

  async close(): Promise<void> {
    await this.#hosts.close();
    this.log.close();
  }

  async checkConfig(request: providerPb.CheckRequest): Promise<providerPb.CheckResponse> {
    const { value, unknowns } = decode(request.getNews());
    const response = new providerPb.CheckResponse();
    response.setInputs(request.getNews());
    const parsed = settingsSchema.safeParse(gatherSettings(value, this.#environment));
    if (!parsed.success) response.setFailuresList(checkFailures(parsed.error, unknowns));
    return response;
  }

  /** A change of the configuration never replaces what it configured. */
  async diffConfig(request: providerPb.DiffRequest): Promise<providerPb.DiffResponse> {
    const same =
      JSON.stringify(decode(request.getOlds()).value) === JSON.stringify(decode(request.getNews()).value);
    const response = new providerPb.DiffResponse();
    const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;
    response.setChanges(same ? DIFF_NONE : DIFF_SOME);
    return response;
  }

  async configure(request: providerPb.ConfigureRequest): Promise<providerPb.ConfigureResponse> {
    const parsed = settingsSchema.safeParse(
      gatherSettings(decode(request.getArgs()).value, this.#environment),
    );
    if (!parsed.success) throw badSettings(describeIssues(parsed.error));
    this.#settings = parsed.data;
    const response = new providerPb.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    return response;
  }

  async check(request: providerPb.CheckRequest): Promise<providerPb.CheckResponse> {
    const type = typeOf(request.getUrn());
    const { value, secrets, unknowns } = decode(request.getNews());
    const response = new providerPb.CheckResponse();
    response.setInputs(encode(value, [...type.secrets, ...secrets]));
    const parsed = type.inputs.safeParse(value);
    if (!parsed.success) {
      response.setFailuresList(checkFailures(parsed.error, unknowns));
    } else {
      const failures = type.validate(value).map(({ path, reason }) => failure(path, reason));
      response.setFailuresList(failures);
    }
    return response;
  }

  async diff(request: providerPb.DiffRequest): Promise<providerPb.DiffResponse> {
    const type = typeOf(request.getUrn());
    const changes = type.diff({
      outputs: decode(request.getOlds()).value,
      oldInputs: decode(request.getOldInputs()).value,
      inputs: decode(request.getNews()).value,
    });
    return diffResponse(withoutIgnored(changes, request.getIgnorechangesList()));
  }

  async create(request: providerPb.CreateRequest): Promise<providerPb.CreateResponse> {
    const type = typeOf(request.getUrn());
    const response = new providerPb.CreateResponse();
    const properties = request.getProperties();
    const { value, secrets } = decode(properties);
    response.setRefreshBeforeUpdate(this.#settings.refreshBeforeUpdate);
    if (request.getPreview()) {
      // What is planned is what is wished; no host is asked.
      response.setProperties(encode(value, [...type.secrets, ...secrets]));
      return response;
    }
    const state = await type.create(value, this.#operation(request.getUrn()));
    response.setId(state.id);
    response.setProperties(this.#settle(type, state, properties, secrets));
    return response;
  }

  async update(request: providerPb.UpdateRequest): Promise<providerPb.UpdateResponse> {
    const type = typeOf(request.getUrn());
    const response = new providerPb.UpdateResponse();
    const { value, secrets } = decode(request.getNews());
    const old = decode(request.getOlds()).value;
    response.setRefreshBeforeUpdate(this.#settings.refreshBeforeUpdate);
    if (request.getPreview()) {
      response.setProperties(encode({ ...old, ...value }, [...type.secrets, ...secrets]));
      return response;
    }
    const state = await type.update(request.getId(), value, old, this.#operation(request.getUrn()));
    response.setProperties(this.#settle(type, state, request.getNews(), secrets));
    return response;
  }

  async read(request: providerPb.ReadRequest): Promise<providerPb.ReadResponse> {
    const type = typeOf(request.getUrn());
    const inputs = decode(request.getInputs());
    const given = Object.keys(inputs.value).length > 0;
    const outputs = decode(request.getProperties()).value;
    const operation = this.#operation(request.getUrn());
    const state: ReadState = await type.read(
      request.getId(),
      given ? inputs.value : undefined,
      outputs,
      operation,
    );
    const declared = given ? request.getInputs() : encode(state.inputs ?? {}, type.secrets);
    const response = new providerPb.ReadResponse();
    response.setId(state.id);
    response.setInputs(declared);
    response.setRefreshBeforeUpdate(this.#settings.refreshBeforeUpdate);
    response.setProperties(this.#settle(type, state, declared, inputs.secrets));
    return response;
  }

  async delete(request: providerPb.DeleteRequest): Promise<emptyPb.Empty> {
    const type = typeOf(request.getUrn());
    const inputs = decode(request.getOldInputs()).value;
    await type.remove(request.getId(), inputs, this.#operation(request.getUrn()));
    return new emptyPb.Empty();
  }

  /** The outputs for the state; a resource that is not well leaves by way of an error. */
  #settle(
    type: AnyResourceType,
    state: ResourceState,
    inputs: structPb.Struct | undefined,
    secrets: readonly PropertyPath[],
  ): structPb.Struct {
    const properties = encode(state.outputs, [...type.secrets, ...secrets]);
    if (state.reasons.length === 0) return properties;
    throw new Sick({
      id: state.id,
      properties,
      inputs: inputs ?? encode({}),
      reasons: state.reasons,
      refreshBeforeUpdate: this.#settings.refreshBeforeUpdate,
    });
  }

  #operation(urn: string): Operation {
    const { signal } = this.#abort;
    signal.throwIfAborted();
    return {
      urn,
      hosts: this.#hosts,
      settings: this.#settings,
      signal,
      progress: (text) => this.log.progress(urn, text),
      note: (text) => this.log.write("info", urn, text),
    };
  }
}

/** Every host at work listens to the signal; Node takes more than ten for a leak, and says so. */
function aborter(): AbortController {
  const abort = new AbortController();
  setMaxListeners(0, abort.signal);
  return abort;
}

/** The kind of a resource from its URN: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
function typeOf(urn: string): AnyResourceType {
  const token = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const type = TYPES.get(token);
  if (type !== undefined) return type;
  throw new TandemError([
    {
      code: "PROVIDER_UNKNOWN_TYPE",
      severity: "error",
      message: `no resource type ${JSON.stringify(token)}`,
      hint: `the types are ${[...TYPES.keys()].join(", ")}; program and plugin must be of one version`,
    },
  ]);
}

function failure(path: PropertyPath, reason: string): providerPb.CheckFailure {
  const result = new providerPb.CheckFailure();
  result.setProperty(path.map(String).join("."));
  result.setReason(reason);
  return result;
}

function badSettings(text: string): TandemError {
  return new TandemError(
    [
      {
        code: "PROVIDER_SETTINGS",
        severity: "error",
        message: text,
        hint: "see `pulumi config --show-secrets` for keys that start with tandem:",
      },
    ],
    { exitCode: ExitCode.usage },
  );
}

function interrupted(): TandemError {
  return new TandemError(
    [{ code: "PROVIDER_CANCELLED", severity: "error", message: "cancelled by the engine" }],
    {
      exitCode: ExitCode.interrupted,
    },
  );
}
