"""Files of an evaluated form 评价表导出: xlsx, docx, pdf, csv, each `write(result, form, path)`."""
