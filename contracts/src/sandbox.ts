/** An adapter's stand-in partner: what the host's demonstration, `ic-host sandbox` and the tests start. */

export interface SandboxOptions {
  /** Port on the loopback address; 0 picks one. */
  port?: number;
  /** The secret it takes; one of its own when left out. */
  key?: string;
  /** File that keeps what the stand-in knows across restarts; without it everything is forgotten. */
  stateFile?: string;
}

export interface RunningSandbox {
  /** Base URL, such as `http://127.0.0.1:40123`. */
  url: string;
  /** A biller that works against it: what `PUT /v1/billers/{billerId}` takes, less the adapter's id. */
  biller: {
    billerId: string;
    name: string;
    guid: string;
    openBilling: boolean;
    settings: Record<string, string>;
    options?: Record<string, unknown>;
  };
  /** A small invoice file of that biller. */
  sampleFile: { fileName: string; text: string };
  /** What to try first: an account that is known, one of its invoices. */
  example: { accountNumber: string; invoiceNumber: string };
  /** A command, on one line, that shows the example's invoice as the partner itself has it. */
  askDirectly?: string;
  close(): Promise<void>;
}

/** The export named `startSandbox` of the module that a manifest's `sandbox` names. */
export type StartSandbox = (options: SandboxOptions) => Promise<RunningSandbox>;
