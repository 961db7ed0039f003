// What makes the pages better when scripts run. Nothing here is needed to do the work.
