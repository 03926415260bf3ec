-- Tells the planner how many rows came in; without it, it joins as if there were none.
analyze incoming_feature
