/** An estimate with its interval on an axis, the range that counts shaded. */
import { type Axis, axisOf, type Bounds, type Estimate } from "./facts";
import { gaugeText } from "./gauges";

const WIDTH = 240;
const EDGE = 8;
const MIDDLE = 10;
const HEIGHT = 34;

type IntervalPlotProps = { label: string; estimate: Estimate; bounds: Bounds };

export function IntervalPlot({ label, estimate, bounds }: IntervalPlotProps) {
  const axis = axisOf(estimate, bounds);
  if (axis === null || estimate.value === null) return null;
  const x = (value: number) => EDGE + ((value - axis.low) / (axis.high - axis.low)) * (WIDTH - 2 * EDGE);
  const { value, low, high } = estimate;
  const [from, to] = [x(bounds.low ?? axis.low), x(bounds.high ?? axis.high)];
  return (
    <svg data-chart className="interval" role="img" aria-label={label} width={WIDTH} height={HEIGHT}>
      {bounds.low !== null || bounds.high !== null ? (
        <rect className="interval-range" x={from} y={0} width={Math.max(1, to - from)} height={2 * MIDDLE} />
      ) : null}
      {low !== null && high !== null ? (
        <path d={`M${x(low)} ${MIDDLE - 4}v8M${x(low)} ${MIDDLE}H${x(high)}M${x(high)} ${MIDDLE - 4}v8`} />
      ) : null}
      <circle cx={x(value)} cy={MIDDLE} r={4} />
      <Ends axis={axis} bounds={bounds} x={x} />
    </svg>
  );
}

type EndsProps = { axis: Axis; bounds: Bounds; x: (value: number) => number };

/** A mark in few letters: without the zeros that say nothing. */
function markText(value: number): string {
  const text = gaugeText(value, 3);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** The bounds at their places, or the ends of the axis where there are none. */
function Ends({ axis, bounds, x }: EndsProps) {
  const marks = [bounds.low, bounds.high].filter((each): each is number => each !== null);
  const shown = marks.length > 0 ? marks : [axis.low, axis.high];
  return shown.map((value) => {
    const at = x(value);
    const anchor = at < 24 ? "start" : at > WIDTH - 24 ? "end" : "middle";
    return (
      <text key={value} x={at} y={HEIGHT - 3} textAnchor={anchor}>
        {markText(value)}
      </text>
    );
  });
}
