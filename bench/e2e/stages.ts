// What the processes say about where their time went: the stage counters of their metrics.

const LINE = /^hexapod_stage_milliseconds_total\{stage="([^"]+)"\} (\S+)$/gm;

/** The part of a devnet's state that tells where metrics are. */
export interface NodeMetrics {
  /** By service. */
  readonly metricsPorts: Readonly<Record<string, number>>;
}

/** Wall time by `service stage`, ms, over all nodes. A process without metrics adds nothing. */
export async function stageTotals(nodes: readonly NodeMetrics[]): Promise<ReadonlyMap<string, number>> {
  const totals = new Map<string, number>();
  const endpoints = nodes.flatMap(({ metricsPorts }) => Object.entries(metricsPorts));
  await Promise.all(
    endpoints.map(async ([service, port]) => {
      for (const [, stage, ms] of (await metricsText(port)).matchAll(LINE)) {
        const key = `${service} ${stage}`;
        totals.set(key, (totals.get(key) ?? 0) + Number(ms));
      }
    }),
  );
  return totals;
}

async function metricsText(port: number): Promise<string> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(5000) });
    return await answer.text();
  } catch (error) {
    process.stderr.write(`no metrics on port ${port}: ${error}\n`);
    return '';
  }
}
