import type { RolloutEvent, StagePlan, Timed } from "../../rollout/index.ts";

type Event = Timed<RolloutEvent>;

export interface PairView {
  readonly name: string;
  readonly wave: number;
  state: "waiting" | "running" | "done" | "failed";
  text: string;
}

export interface GateView {
  readonly kind: string;
  state: "waiting" | "running" | "passed" | "failed";
  text: string;
}

export interface StageView {
  readonly name: string;
  readonly release: string;
  state: string;
  text: string;
  readonly pairs: PairView[];
  readonly gates: GateView[];
}

/** What a run looks like at a moment: the plan, with everything that was told since. */
export class RunView {
  readonly stages: StageView[];
  readonly events: Event[] = [];

  constructor(plan: readonly StagePlan[]) {
    this.stages = plan.map((stage) => ({
      name: stage.stage,
      release: stage.release,
      state: stage.state === "verified" ? "verified" : "waiting",
      text: "",
      pairs: stage.waves.flatMap(({ pairs, done }, wave) =>
        pairs.map(
          (name): PairView => ({
            name,
            wave,
            state: done.includes(name) ? "done" : "waiting",
            text: "",
          }),
        ),
      ),
      gates: stage.gates.map(
        (kind): GateView => ({
          kind,
          state: stage.state === "verified" ? "passed" : "waiting",
          text: "",
        }),
      ),
    }));
  }

  take(event: Event): void {
    this.events.push(event);
    if (event.kind === "run" || event.kind === "end") return;
    const stage = this.stages.find(({ name }) => name === event.stage);
    if (stage === undefined) return;
    switch (event.kind) {
      case "stage":
        stage.state = event.state;
        stage.text = event.text;
        if (event.state === "verified") for (const pair of stage.pairs) pair.state = "done";
        return;
      case "wave":
        // The wave before has ended well, or this one would not have begun.
        for (const pair of stage.pairs) {
          if (pair.state === "running") pair.state = "done";
          if (event.pairs.includes(pair.name))
            [pair.state, pair.text] = ["running", event.back ? "back" : ""];
        }
        return;
      case "pair":
        for (const pair of stage.pairs.filter(({ name }) => name === event.pair)) {
          if (event.state === "failed") pair.state = "failed";
          pair.text = `${event.part === "" ? "" : `${event.part}: `}${event.text}`;
        }
        return;
      case "gate": {
        for (const pair of stage.pairs) if (pair.state === "running") pair.state = "done";
        const gate = stage.gates[event.index];
        if (gate === undefined) return;
        gate.text = event.text;
        if (event.state !== "note") gate.state = event.state;
        return;
      }
      case "problem":
        stage.text = event.problem.message;
    }
  }
}
