/** The newest proposals of the account, each leading back to itself. */
import { formatMoney, formatTime, formatWord } from "../lib/format";
import { Link } from "../lib/router";
import { Panel } from "../ui/Panel";
import { useProposals } from "./queries";
import { percentOf } from "./targets";

export function ProposalsPanel({ account, chosen }: { account: string; chosen: string | undefined }) {
  const found = useProposals(account).data;
  if (!found || (found.items.length === 0 && found.problems.length === 0)) return null;
  return (
    <Panel title="Proposals" flush>
      {found.problems.map((text) => (
        <p key={text} className="spec-problem" role="alert">
          {text}
        </p>
      ))}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section className="spec-scroll rb-list" tabIndex={0} aria-label="Proposals of the account">
        <table>
          <thead>
            <tr>
              <th scope="col">Made</th>
              <th scope="col">State</th>
              <th scope="col" className="right">
                Orders
              </th>
              <th scope="col" className="right">
                Turnover
              </th>
              <th scope="col" className="right">
                Cost
              </th>
              <th scope="col">By</th>
              <th scope="col">Weights</th>
            </tr>
          </thead>
          <tbody>
            {found.items.map((each) => (
              <tr key={each.proposal_id} aria-current={each.proposal_id === chosen || undefined}>
                <td>
                  <Link
                    className="spec-link"
                    to="/portfolio/rebalance"
                    search={(now) => ({ ...now, proposal: each.proposal_id })}
                  >
                    {formatTime(each.created)}
                  </Link>
                </td>
                <td title={each.reason || each.why_not}>{formatWord(each.state)}</td>
                <td className="right">{each.orders.length}</td>
                <td className="right">{percentOf(each.turnover)}</td>
                <td className="right">{formatMoney(each.cost)}</td>
                <td>{each.created_by}</td>
                <td>{each.job_id || "written"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Panel>
  );
}
