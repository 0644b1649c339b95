"""What people look at: charts (`dxaudit.show.plot`) and tables (`dxaudit.show.table`)."""
