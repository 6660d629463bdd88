"""Alarms 告警: rules over the frame, one alarm per incident, entered and left with hold times.

Pure rooms: `rules` what a city declares, `surge` the statistic of sudden heaps, `engine` the
incidents, `rows` how they are shown; what a frame says to a rule is `alarmreadings`.
"""
