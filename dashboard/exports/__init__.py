"""Files that leave the system 导出: safe cells, whole files or none, streamed lists of cases."""
