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

// The chart is often wider than its place: show where the record is now.
const chart = document.querySelector(".chart-scroll");
const present = chart?.querySelector(".chart-present > rect");
if (present) {
  const middle = Number(present.getAttribute("x")) + Number(present.getAttribute("width")) / 2;
  chart.scrollLeft = middle - chart.clientWidth / 2;
}
