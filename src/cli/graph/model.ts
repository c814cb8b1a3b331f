/** What a picture of a stack shows, in the order of the definition. */
export interface Topology {
  readonly stack: string;
  readonly pairs: readonly PairPicture[];
}

export interface PairPicture {
  readonly name: string;
  readonly nodes: readonly { readonly name: string; readonly address: string }[];
  /** `master` is the node that holds the address when all is well. */
  readonly vips: readonly { readonly address: string; readonly instance: string; readonly master: string }[];
  readonly frontends: readonly {
    readonly name: string;
    readonly mode: string;
    readonly binds: readonly string[];
    /** Missing where only further directives say who gets the traffic. */
    readonly backend?: string;
  }[];
  readonly backends: readonly {
    readonly name: string;
    readonly balance: string;
    readonly servers: readonly { readonly name: string; readonly address: string }[];
  }[];
}
