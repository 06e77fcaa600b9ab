// The way back from pages beside a draft leads to where one came from; without scripts it leads to the overview.
const KEY = "studio-at";
const bench = document.querySelector(".bench[data-draft]");
const beside = document.querySelector("[data-back-of]");

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

if (bench) {
  addEventListener("pagehide", () => {
    const words = document.querySelector(".room-name h2")?.textContent || document.title.split(" · ")[0]; // what it is called by now
    const at = { draft: bench.dataset.draft, href: location.pathname + location.search, words };
    try {
      sessionStorage.setItem(KEY, JSON.stringify(at));
    } catch {
      // The browser keeps nothing for this page: the way back leads to the overview.
    }
  });
}

if (beside) {
  const at = remembered();
  const crumb = beside.querySelector(".crumb");
  if (crumb && at.draft === beside.dataset.backOf) {
    crumb.href = at.href;
    crumb.lastChild.textContent = at.words;
  }
}
