"""Everything the window can do, in one table: menus, shortcuts, command palette and key overlay are made from it."""

from __future__ import annotations

from ..model.action import Action

MENUS = ("File", "Edit", "View", "Play", "Weights", "Algorithms", "Training", "Help")

FILE = (
    Action("new", "New empty line", "File", ("Ctrl+N",), "Start with no particles and add your own."),
    Action("open", "Open…", "File", ("Ctrl+O",), "A scenario, a history, an array of weights, or a figure."),
    Action("open-run", "Open a run folder…", "File", ("Ctrl+Shift+O",), "Look at a training run, live or finished."),
    Action("save", "Save", "File", ("Ctrl+S",), "Write the scenario as it is at time 0."),
    Action("save-as", "Save as…", "File", ("Ctrl+Shift+S",), "Write the scenario into another file."),
    Action("export", "Export…", "File", ("Ctrl+E",), "A picture, a film or a table of what you see."),
    Action("copy-python", "Copy as Python", "File", (), "A few lines of Python that make the same system."),
    Action("copy-command", "Copy as command line", "File", ("Ctrl+Shift+C",), "A command that opens the same scene."),
    Action("quit", "Quit", "File", ("Ctrl+Q",), "Close the window; unsaved changes are asked about."),
)

EDIT = (
    Action("undo", "Undo", "Edit", ("Ctrl+Z",), "Take back the last edit."),
    Action("redo", "Redo", "Edit", ("Ctrl+Y", "Ctrl+Shift+Z"), "Do again what was taken back."),
    Action("give-up", "Stop waiting", "Edit", (), "Give up the simulation under way; what is shown stays."),
    Action("add", "Add a particle", "Edit", ("N",), "A particle at rest in the widest gap."),
    Action("delete", "Delete", "Edit", ("Del",), "Remove the selected particles."),
    Action("duplicate", "Duplicate", "Edit", ("Ctrl+D",), "A copy of the selected particles beside them."),
    Action("select-all", "Select all", "Edit", ("Ctrl+A",), "Select every particle."),
    Action("select-none", "Select nothing", "Edit", ("Esc",), "Let go of the selection."),
    Action("new-seed", "Draw again", "Edit", ("Ctrl+R",), "The same scenario with the next seed."),
    Action(
        "random",
        "Random with a seed…",
        "Edit",
        (),
        "Other particles, as many and with the seed as the panel says.",
    ),
    Action("mirror", "Mirror", "Edit", (), "Exchange left and right."),
    Action("penalty", "Velocities of the penalty", "Edit", (), "The velocities that regularization would give."),
    Action("rename", "Rename…", "Edit", ("F2",), "Give the scenario another name."),
    Action("horizon", "Time shown…", "Edit", (), "How long the system is shown."),
    Action(
        "reset", "Reset the scenario", "Edit", (), "Back to the particles as they were loaded. Restart only rewinds."
    ),
)

PLAY = (
    Action("play", "Play or pause", "Play", ("Space", "Alt+K"), "Let time run, or stop it."),
    Action("reverse", "Play backwards", "Play", ("Shift+Space",), "Let time run the other way: clusters come apart."),
    Action("restart", "Restart", "Play", ("Home",), "Back to time 0. The particles stay as they are."),
    Action("to-end", "To the end", "Play", ("End",), "To the last time shown."),
    Action("previous-event", "Previous merge", "Play", (",",), "Back to the merge before."),
    Action("next-event", "Next merge", "Play", (".",), "On to the next merge."),
    Action("step-back", "Step back", "Play", ("Left",), "A little earlier."),
    Action("step-forward", "Step forward", "Play", ("Right",), "A little later."),
    Action("leap-back", "Leap back", "Play", ("Shift+Left",), "Ten steps earlier."),
    Action("leap-forward", "Leap forward", "Play", ("Shift+Right",), "Ten steps later."),
    Action("slower", "Slower", "Play", ("[",), "Halve the speed."),
    Action("faster", "Faster", "Play", ("]",), "Double the speed."),
    Action("speed-1", "A quarter of the speed", "Play", ("1",), "A run takes 40 seconds."),
    Action("speed-2", "Half the speed", "Play", ("2",), "A run takes 20 seconds."),
    Action("speed-3", "Normal speed", "Play", ("3",), "A run takes 10 seconds."),
    Action("speed-4", "Twice the speed", "Play", ("4",), "A run takes 5 seconds."),
    Action("speed-5", "Four times the speed", "Play", ("5",), "A run takes 2.5 seconds."),
    Action("loop", "At the end: stop, loop or bounce", "Play", ("L",), "What happens when time reaches the end."),
    Action("slow-motion", "Slow motion near merges", "Play", ("S",), "Time runs slowly around each merge.", True),
    Action(
        "each-merge", "Equal time for each merge", "Play", ("E",), "Play merge by merge, not second by second.", True
    ),
    Action("range-start", "Range starts here", "Play", ("I",), "Play only from this time on."),
    Action("range-end", "Range ends here", "Play", ("O",), "Play only up to this time."),
    Action("range-clear", "Play the whole time", "Play", ("Shift+I",), "Forget the range."),
)

VIEW = (
    Action("page-particles", "Particles", "View", ("Ctrl+1",), "The line, space-time and the linked views.", True),
    Action("page-weights", "Weights", "View", ("Ctrl+2",), "Weights of a layer as particles.", True),
    Action("page-algorithms", "Algorithms", "View", ("Ctrl+3",), "The solvers, step by step, in a race.", True),
    Action("page-training", "Training", "View", ("Ctrl+4",), "Weights that merge while a network learns.", True),
    Action("lessons", "Lessons", "View", ("F1",), "Short lessons with a prediction to make.", True),
    Action("arrows", "Arrows: velocity, momentum, none", "View", ("A",), "What the arrows on the line show."),
    Action("centre", "Centre of mass", "View", ("C",), "Show where the centre of mass is.", True),
    Action("ghosts", "Ghosts", "View", ("G",), "Show where the particles would be without collisions.", True),
    Action("flashes", "Flash at each merge", "View", (), "Light up where particles have just merged.", True),
    Action("labels", "Labels", "View", (), "Write numbers beside few particles.", True),
    Action("camera", "Camera: fit, follow, fixed", "View", ("F",), "What the position axis does while time runs."),
    Action("fit", "Show all", "View", ("Ctrl+0",), "Everything that happens, from left to right."),
    Action("zoom-in", "Zoom in", "View", ("Ctrl++", "Ctrl+="), "Show half as much of the line."),
    Action("zoom-out", "Zoom out", "View", ("Ctrl+-",), "Show twice as much of the line."),
    Action("snap", "Snap to the grid", "View", (), "Dragged particles and arrows go in round steps.", True),
    Action("axis", "Time axis: even, log, merges", "View", ("T",), "How time is spread out along its axis."),
    Action("theme-light", "Light theme", "View", (), "Dark ink on a light ground.", True),
    Action("theme-dark", "Dark theme", "View", (), "Light ink on a dark ground.", True),
    Action("theme-system", "Theme of the system", "View", (), "Light or dark as the system says.", True),
    Action("theme-swap", "Swap light and dark", "View", ("Ctrl+T",), "The other theme."),
    Action("show-scenario", "Scenario panel", "View", ("F3",), "Show or hide the list of scenarios.", True),
    Action("numbers", "Exact numbers", "View", (), "The table of positions, velocities and masses at time 0."),
    Action("show-views", "Linked views panel", "View", ("F4",), "Show or hide readouts and linked views.", True),
    Action("hull", "Hull lens", "View", ("Alt+1",), "The taut string: a merge is an edge that leaves a vertex.", True),
    Action("tree", "Merge tree", "View", ("Alt+2",), "Who merged with whom, and when.", True),
    Action("phase", "Phase space", "View", ("Alt+3",), "Position and velocity of every cluster.", True),
    Action("counts", "Counts over time", "View", ("Alt+4",), "Clusters left, heat, and information lost.", True),
    Action("class-mode", "Class mode", "View", ("F5",), "Only the line, one linked view and time, all large.", True),
    Action("layout", "Reset the layout", "View", (), "All panels back to where they were at first."),
    Action("full-screen", "Full screen", "View", ("F11",), "Use the whole screen.", True),
)

HELP = (
    Action(
        "palette", "Find…", "Help", ("Ctrl+K", "Ctrl+Shift+P"), "A few letters of an action, a scenario or a lesson."
    ),
    Action("keys", "Keys", "Help", ("?", "Ctrl+/"), "All keys at a glance."),
    Action("tour", "Guided tour", "Help", (), "Six short stops through the window."),
    Action("about", "About", "Help", (), "What this program is, and its versions."),
)

ACTIONS = FILE + EDIT + VIEW + PLAY + HELP
