"""One module for each noun of the doors. A route reads its parameters, asks one service, and answers."""
