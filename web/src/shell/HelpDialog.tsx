/** Every key there is. */

import { Dialog } from "../ui/dialog";
import { KEY_HELP } from "./keyHelp";

export function HelpDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose} wide>
      <div className="help">
        {KEY_HELP.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.keys.map((line) => (
                <div key={line.keys.join(" ") + line.text}>
                  <dt>
                    {line.keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{line.text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="state-text">
        Letters do nothing while you type. They can be turned off in the display menu. No key sends an order
        or a halt without a preview.
      </p>
    </Dialog>
  );
}
