// The page of a trial: choosing somebody shows the page as they see it at once; the button is for those without scripts.
const choose = document.querySelector("[data-choose]");

if (choose) {
  choose.querySelector("[data-choose-button]").hidden = true;
  for (const one of choose.querySelectorAll("select")) one.addEventListener("change", () => choose.requestSubmit());
}

// After a step the page begins where one left off: at what is to be done now, or at what is wrong.
const wrong = document.querySelector("[data-focus]");
const here = location.hash ? document.getElementById(location.hash.slice(1)) : null;
(wrong ?? here)?.focus({ preventScroll: Boolean(!wrong) });

// The chart is often larger than its place: show where the record is now, or all of it when that is asked for.
const place = document.querySelector("[data-chart]");
const chart = place?.querySelector(".chart-scroll");
const side = place?.closest(".try-side");

function showPresent() {
  const present = chart.querySelector(".chart-present > rect")?.getBoundingClientRect();
  if (!present) return;
  const seen = chart.getBoundingClientRect();
  chart.scrollLeft += present.left + present.width / 2 - (seen.left + seen.width / 2);
  if (side.scrollHeight <= side.clientHeight) return;
  const around = side.getBoundingClientRect();
  side.scrollTop += present.top + present.height / 2 - (around.top + around.height / 2);
}

if (chart) {
  const fit = place.querySelector("[data-chart-fit]");
  fit.hidden = chart.scrollWidth <= chart.clientWidth;
  fit.addEventListener("click", () => {
    const is_fit = place.classList.toggle("try-chart-fit");
    fit.setAttribute("aria-pressed", String(is_fit));
    showPresent();
  });
  showPresent();
}
